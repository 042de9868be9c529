#!/bin/sh
# Joins this node to its cluster, and joins it again whenever the others are lost.
#
# There is no bootstrap job: a new master claims its own slots, a new replica picks its master, and
# every node introduces itself to all others that it does not reach. So a cluster whose nodes all
# came back with other addresses finds itself again, whether they were started anew or not.
set -eu
known=$1
export REDISCLI_AUTH="$CACHE_PASSWORD"

here() { redis-cli -h 127.0.0.1 "$@" 2>/dev/null; }

# Whether this node has each of the others, at the address that is its own now.
met() {
    all=yes
    reached=$(here cluster nodes | grep -v -E 'handshake|noaddr|disconnected')
    for peer in $(echo "$CACHE_NODES" | tr , ' '); do
        bus=$((BUS_PORTS + ${peer##*-}))
        address=$(getent ahostsv4 "$peer" | awk 'NR == 1 {print $1}')
        [ -n "$address" ] || { all=no; continue; }
        echo "$reached" | grep -q -F " $address:6379@$bus," && continue
        all=no
        here cluster meet "$address" 6379 "$bus" > /dev/null || true
    done
    [ "$all" = yes ]
}

# Has it ask its master where that is now. Redis does so by itself when the master's own packet tells
# the new address; when another node tells it first, it asks at the old one for ever.
follow() {
    master=$(echo "$seen" | awk '$3 ~ /myself/ {print $4}')
    place=$(echo "$seen" | awk -v id="$master" '$1 == id && $8 == "connected" {sub(/:.*/, "", $2); print $2}')
    asked=$(echo "$seen" | tr -d '\r' | awk -F : '$1 == "master_host" {print $2}')
    [ -z "$place" ] || [ "$place" = "$asked" ] || here cluster replicate "$master" > /dev/null || true
}

until [ "$(here ping)" = PONG ]; do sleep 0.1; done

if [ "$known" = no ] && [ "$NODE_ORDINAL" -le "$CACHE_MASTERS" ]; then
    first=$((16384 * (NODE_ORDINAL - 1) / CACHE_MASTERS))
    last=$((16384 * NODE_ORDINAL / CACHE_MASTERS - 1))
    here cluster addslotsrange "$first" "$last" > /dev/null
fi

tries=0
until met; do
    tries=$((tries + 1))
    # a peer that stays away introduces itself when it comes back
    [ "$tries" -lt 150 ] || break
    sleep 0.4
done

# The newest claim to slots counts; where all nodes are new, each gets an epoch of its own by it.
if [ "$known" = no ] && [ "$NODE_ORDINAL" -le "$CACHE_MASTERS" ]; then
    here cluster bumpepoch > /dev/null
fi

# Its share of the replicas, as they begin: of the node that has its number, or of whom that follows.
primary() {
    redis-cli -h "redis-$(((NODE_ORDINAL - CACHE_MASTERS - 1) % CACHE_MASTERS + 1))" cluster nodes \
        2>/dev/null | awk '/myself/ {print ($3 ~ /slave/) ? $4 : $1}'
}
if [ "$known" = no ] && [ "$NODE_ORDINAL" -gt "$CACHE_MASTERS" ]; then
    until [ "$(here cluster replicate "$(primary)")" = OK ]; do sleep 0.4; done
fi

while sleep 5; do
    # one question for both, as it is asked often
    seen=$(printf 'cluster nodes\ninfo replication\n' | here) || continue
    if echo "$seen" | grep -q -E '@.*(handshake|noaddr|disconnected|fail)'; then met || true; fi
    if echo "$seen" | grep -q master_link_status:down; then follow; fi
done
