#!/bin/sh
# Joins this node to its cluster; harmless when it is a member already.
#
# There is no bootstrap job: a new master claims its own slots, a new replica picks its master, and
# every node introduces itself to all others at each start. So a cluster whose nodes all came back
# with other addresses (a daemon restart) finds itself again.
set -eu
known=$1
export REDISCLI_AUTH="$CACHE_PASSWORD"

here() { redis-cli -h 127.0.0.1 "$@" 2>/dev/null; }

until [ "$(here ping)" = PONG ]; do sleep 0.1; done

if [ "$known" = no ] && [ "$NODE_ORDINAL" -le "$CACHE_MASTERS" ]; then
    first=$((16384 * (NODE_ORDINAL - 1) / CACHE_MASTERS))
    last=$((16384 * NODE_ORDINAL / CACHE_MASTERS - 1))
    here cluster set-config-epoch "$NODE_ORDINAL" > /dev/null || true
    here cluster addslotsrange "$first" "$last" > /dev/null
fi

# Introduce this node to each peer that can be found until all of those are connected.
met() {
    all=yes
    for peer in $(echo "$CACHE_NODES" | tr , ' '); do
        address=$(getent ahostsv4 "$peer" | awk 'NR == 1 {print $1}')
        [ -n "$address" ] || { all=no; continue; }
        here cluster nodes | grep -v -E 'handshake|noaddr' | grep -E "connected" \
            | grep -v disconnected | grep -q "$address:6379" && continue
        all=no
        here cluster meet "$address" 6379 > /dev/null || true
    done
    [ "$all" = yes ]
}
tries=0
until met; do
    tries=$((tries + 1))
    # a peer that stays away introduces itself when it comes back
    [ "$tries" -lt 150 ] || break
    sleep 0.4
done

if [ "$known" = no ] && [ "$NODE_ORDINAL" -gt "$CACHE_MASTERS" ]; then
    master="redis-$(((NODE_ORDINAL - CACHE_MASTERS - 1) % CACHE_MASTERS + 1))"
    until [ "$(here cluster replicate "$(redis-cli -h "$master" cluster myid 2>/dev/null)")" = OK ]
    do
        sleep 0.4
    done
fi
