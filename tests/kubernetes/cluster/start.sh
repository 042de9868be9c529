#!/usr/bin/env bash
# Starts the test cluster, one container a node, and writes how it is reached into a file of its own.
#
#   start.sh [NODES]   1 to 3, default 1; a cluster that runs with as many is left as it is
#
#   MEMORY  of a node, in MiB (default 4096)
#
# Prints the line that a shell needs for kubectl.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
count=${1:-1}
memory=${MEMORY:-4096}

# Not --privileged, which would also give what is not needed; and not every machine could give it
rights=(AUDIT_CONTROL DAC_READ_SEARCH IPC_LOCK LINUX_IMMUTABLE NET_ADMIN NET_BROADCAST SYS_ADMIN
    SYS_NICE SYS_PTRACE SYSLOG)

# start_node NUMBER ROLE KEPT [DOCKER'S ARGUMENTS...]: KEPT is the memory in MiB that pods may not have
start_node() {
    local name=$CLUSTER-$1 role=$2 kept=$3
    shift 3
    # kind's own labels, so that `kind load` finds the node (kind.sh)
    docker run --detach --label "$label" --label "io.x-k8s.kind.cluster=$CLUSTER" \
        --label "io.x-k8s.kind.role=${role/control/control-plane}" --name "$name" \
        --hostname "$name" --network "$CLUSTER" --memory "${memory}m" --memory-swap "${memory}m" \
        "${rights[@]/#/--cap-add=}" --cgroupns private \
        --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
        --security-opt systempaths=unconfined \
        --device /dev/kmsg --device-cgroup-rule 'a *:* rwm' \
        --tmpfs /run --tmpfs /tmp --volume /var --volume "$CLUSTER:/cluster" \
        --volume "$built/programs:/kubernetes/bin:ro" --volume "$built/images:/kubernetes/images:ro" \
        --volume "$here/node:/kubernetes/node:ro" --volume "$here/addons:/kubernetes/addons:ro" \
        --env "ROLE=$role" --env "CLUSTER=$CLUSTER" --env "NODES=$count" \
        --env "MEMORY=$((memory - kept))" \
        "$@" "$node_image" >/dev/null
}

wait_for_node() {
    local deadline=$((SECONDS + 300))
    until docker exec "$1" test -e /run/node-is-ready 2>/dev/null; do
        if [ -z "$(docker ps --quiet --filter "name=^$1\$")" ] || [ "$SECONDS" -ge "$deadline" ]; then
            docker logs "$1" >&2
            docker exec "$1" sh -c 'tail -n 5 /var/log/kubernetes/*' >&2 || true
            die "$1 did not start; see above, then stop.sh"
        fi
        sleep 0.3
    done
}

write_kubeconfig() {
    local control=$CLUSTER-1 port user=$CLUSTER-admin
    port=$(docker port "$control" 6443/tcp)
    mkdir -p "$(dirname "$kubeconfig")"
    (
        umask 077
        docker exec "$control" kubeadm kubeconfig user --config /cluster/kubeadm.yaml \
            --client-name "$user" --org system:masters >"$kubeconfig" 2>/dev/null
    )
    "$built/programs/kubectl" --kubeconfig "$kubeconfig" config set-cluster "$CLUSTER" \
        --server "https://$port" >/dev/null
    "$built/programs/kubectl" --kubeconfig "$kubeconfig" config rename-context \
        "$user@$CLUSTER" "$CLUSTER" >/dev/null
}

is_built || die "nothing is built yet; run build.sh first"
case "$count" in 1 | 2 | 3) ;; *) die "start.sh takes 1, 2 or 3 nodes, not $count" ;; esac
[ "$(stat --file-system --format %T /sys/fs/cgroup)" != cgroup2fs ] ||
    die "this cluster was only ever run with control groups of version 1; install kind for this machine"

if [ "$(docker ps --quiet --filter "label=$label" | wc -l)" != "$count" ]; then
    "$here/stop.sh"
    docker network create --label "$label" "$CLUSTER" >/dev/null
    docker volume create --label "$label" "$CLUSTER" >/dev/null
    start_node 1 control 768 --publish 127.0.0.1::6443
    for number in $(seq 2 "$count"); do start_node "$number" worker 256; done
    for name in $(nodes); do wait_for_node "$name"; done
    write_kubeconfig
fi
echo "export KUBECONFIG=$kubeconfig PATH=$built/programs:\$PATH"
