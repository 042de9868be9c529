#!/bin/sh
# Starts one node. Secrets go into a file of its own, never onto a command line.
set -eu
umask 077
# The nodes talk to each other on ports of their own, one for each. Redis takes whoever answers at a
# node's last known address for that node until it has read the packet, its configuration epoch
# included; so two nodes that swap addresses would spoil what the others know of them, for ever, and
# a replica of theirs would get no vote (valkey-io/valkey#2169).
export BUS_PORTS=16379
# Nodes that are more or fewer than before are another cluster: it begins empty, as a cache may. Each
# has a name of its own, so that a node which was removed and comes back takes up none of its former
# lives, whose claims to slots are newer than those of a cluster that begins.
nodes="nodes-$CACHE_CLUSTER.conf"
find /data -name 'nodes*.conf' ! -name "$nodes" -delete
{
    cat /etc/sdctl/redis.conf
    echo "cluster-config-file $nodes"
    echo "cluster-port $((BUS_PORTS + NODE_ORDINAL))"
    echo "cluster-announce-hostname $NODE_NAME"
    echo "requirepass $CACHE_PASSWORD"
    echo "masterauth $CACHE_PASSWORD"
} > /tmp/redis.conf
# One that was killed before it had its part of the cluster has that still to do.
if grep -qs -E 'myself,slave|myself.* connected [0-9]' "/data/$nodes"; then known=yes; else known=no; fi
sh /opt/sdctl/join.sh "$known" &
exec redis-server /tmp/redis.conf
