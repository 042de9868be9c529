#!/bin/sh
# Says once in the cluster's life who may do what, and then that nobody may do anything else. The
# first member does it. No right is changed later: Patroni does not know the error that would follow.
set -u
[ "$NODE_ORDINAL" = 1 ] || exit 0
export ETCDCTL_ENDPOINTS="https://$NODE_NAME:2379"

# a start that was ended half way may have made it already
made() {
    said=$("$@" 2>&1) && return
    case $said in *"already exists"*) return ;; esac
    printf '%s\n' "$said" >&2
    return 1
}
user() { # name and password; no process has the second among its arguments
    printf '%s\n' "$2" | made etcdctl user add "$1" --interactive=false \
        && made etcdctl role add "$1" \
        && made etcdctl user grant-role "$1" "$1"
}
may() { # who, and which keys: etcd has no right to remove that is not one to write
    who=$1
    shift
    made etcdctl role grant-permission "$who" readwrite "$@"
}
rights() {
    user root "$ETCDCTL_PASSWORD" && user patroni "$PATRONI_PASSWORD" \
        && user fencing "$FENCING_PASSWORD" && may patroni --prefix /service/ || return
    for scope in $FENCED_SCOPES; do
        may fencing "/service/$scope/leader" \
            && may fencing --prefix "/service/$scope/members/" || return
    done
    made etcdctl auth enable
}

# it is answered as soon as a majority of the members is there
until said=$(etcdctl auth status 2>/dev/null); do sleep 0.1; done
case $said in *"Status: true"*) exit 0 ;; esac
unset ETCDCTL_USER # there is none yet
until rights; do sleep 0.5; done
