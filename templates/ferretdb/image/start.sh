#!/bin/sh
# Starts Patroni, which owns PostgreSQL, and beside it the gateway that speaks MongoDB's protocol.
# Names and passwords come from the environment.
set -eu
export PATRONI_NAME="$NODE_NAME"
export PATRONI_POSTGRESQL_CONNECT_ADDRESS="$NODE_NAME:5432"
export PATRONI_RESTAPI_CONNECT_ADDRESS="$NODE_NAME:8008"
umask 077
printf %s "$CONSENSUS_PEM" | base64 -d > /tmp/consensus.pem
unset CONSENSUS_PEM
# Patroni takes its cluster-wide settings from the file only once, at bootstrap.
python3 /opt/sdctl/apply-dynamic.py &
sh /opt/sdctl/gateway.sh &
# Its record in the consensus store says in which control group it runs, by the kernel's own number:
# whoever fences it can so tell its processes from those of a later start (observer/fencing).
group=/sys/fs/cgroup
[ ! -d $group/pids ] || group=$group/pids
mkdir -p /tmp/patroni
ln -sf /etc/sdctl/patroni.yml /tmp/patroni/1.yml
printf 'tags: {control_group: "%s/%s"}\n' "$(cat /proc/sys/kernel/random/boot_id)" \
    "$(stat -c %i $group)" > /tmp/patroni/2.yml
python3 /opt/sdctl/let-in.py
python3 /opt/sdctl/make-anew.py
python3 /opt/sdctl/begin-again.py &
sh /opt/sdctl/look-again.sh &
exec patroni /tmp/patroni
