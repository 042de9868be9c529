#!/bin/sh
# Starts one node. Secrets go into a file of its own, never onto a command line.
set -eu
umask 077
{
    cat /etc/sdctl/redis.conf
    echo "cluster-announce-hostname $NODE_NAME"
    echo "requirepass $CACHE_PASSWORD"
    echo "masterauth $CACHE_PASSWORD"
} > /tmp/redis.conf
if [ -e /data/nodes.conf ]; then known=yes; else known=no; fi
sh /opt/sdctl/join.sh "$known" &
exec redis-server /tmp/redis.conf
