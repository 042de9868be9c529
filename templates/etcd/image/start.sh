#!/bin/sh
# Starts one member. ETCD_INITIAL_CLUSTER comes from the environment.
set -eu
# The members and all who ask them have one certificate, and trust no other. Figures need none.
(umask 077 && printf %s "$CONSENSUS_PEM" | base64 -d > /tmp/consensus.pem)
unset CONSENSUS_PEM
pem=/tmp/consensus.pem
# whom to trust is read from a file of certificates alone
sed -n '/BEGIN CERT/,/END CERT/p' $pem > /tmp/trusted.pem
# More members or fewer are another cluster, with a name of its own: Patroni tells it again who leads.
# What a former one knew of that is wrong by now, and is never taken up again.
data="/data/$ETCD_INITIAL_CLUSTER_TOKEN"
find /data -mindepth 1 -maxdepth 1 -name '*-*' ! -path "$data" -exec rm -rf {} +
exec etcd \
    --name "$NODE_NAME" \
    --data-dir "$data" \
    --listen-client-urls https://0.0.0.0:2379 \
    --advertise-client-urls "https://$NODE_NAME:2379" \
    --client-cert-auth --trusted-ca-file /tmp/trusted.pem --cert-file $pem --key-file $pem \
    --listen-peer-urls https://0.0.0.0:2380 \
    --initial-advertise-peer-urls "https://$NODE_NAME:2380" \
    --peer-client-cert-auth --peer-trusted-ca-file /tmp/trusted.pem \
    --peer-cert-file $pem --peer-key-file $pem \
    --listen-metrics-urls http://0.0.0.0:2381 \
    --heartbeat-interval 200 --election-timeout 2000 \
    --auto-compaction-mode periodic --auto-compaction-retention 1h \
    --log-level warn
