#!/bin/sh
# Starts one member. ETCD_INITIAL_CLUSTER comes from the environment.
set -eu
# A certificate is also whom its holder trusts, and nobody else. Who asks has one of the two, and the
# members among themselves the other. Figures need none.
pem=/tmp/consensus.pem peers=/tmp/members.pem
(umask 077 && printf %s "$CONSENSUS_PEM" | base64 -d > $pem && printf %s "$MEMBERS_PEM" | base64 -d > $peers)
# whom to trust is read from a file of certificates alone
for file in $pem $peers; do
    sed -n '/BEGIN CERT/,/END CERT/p' $file > "${file%.pem}-trusted.pem"
done
(sh /opt/sdctl/rights.sh &)
unset CONSENSUS_PEM MEMBERS_PEM PATRONI_PASSWORD FENCING_PASSWORD
# More members or fewer are another cluster, with a name of its own: Patroni tells it again who leads.
# What a former one knew of that is wrong by now, and is never taken up again.
data="/data/$ETCD_INITIAL_CLUSTER_TOKEN"
find /data -mindepth 1 -maxdepth 1 -name '*-*' ! -path "$data" -exec rm -rf {} +
# Passwords are random: to make them costly to guess would only make them slow. A login is signed, so
# that each member takes it, also after a new start and in a cluster of more members or fewer. etcd's
# own kind is known to the members that were there, and another cluster lets who shows it wait for ever.
exec etcd \
    --name "$NODE_NAME" \
    --data-dir "$data" \
    --listen-client-urls https://0.0.0.0:2379 \
    --advertise-client-urls "https://$NODE_NAME:2379" \
    --client-cert-auth --trusted-ca-file /tmp/consensus-trusted.pem --cert-file $pem --key-file $pem \
    --bcrypt-cost 4 --auth-token "jwt,priv-key=$peers,sign-method=ES256,ttl=24h" \
    --listen-peer-urls https://0.0.0.0:2380 \
    --initial-advertise-peer-urls "https://$NODE_NAME:2380" \
    --peer-client-cert-auth --peer-trusted-ca-file /tmp/members-trusted.pem \
    --peer-cert-file $peers --peer-key-file $peers \
    --listen-metrics-urls http://0.0.0.0:2381 \
    --heartbeat-interval 200 --election-timeout 2000 \
    --auto-compaction-mode periodic --auto-compaction-retention 1h \
    --log-level warn
