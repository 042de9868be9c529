#!/bin/sh
# Starts one member. ETCD_INITIAL_CLUSTER comes from the environment.
set -eu
exec etcd \
    --name "$NODE_NAME" \
    --data-dir /data/etcd \
    --listen-client-urls http://0.0.0.0:2379 \
    --advertise-client-urls "http://$NODE_NAME:2379" \
    --listen-peer-urls http://0.0.0.0:2380 \
    --initial-advertise-peer-urls "http://$NODE_NAME:2380" \
    --heartbeat-interval 200 --election-timeout 2000 \
    --auto-compaction-mode periodic --auto-compaction-retention 1h \
    --log-level warn
