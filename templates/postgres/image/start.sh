#!/bin/sh
# Starts Patroni, which owns PostgreSQL. Names and passwords come from the environment.
set -eu
export PATRONI_NAME="$NODE_NAME"
export PATRONI_POSTGRESQL_CONNECT_ADDRESS="$NODE_NAME:5432"
export PATRONI_RESTAPI_CONNECT_ADDRESS="$NODE_NAME:8008"
umask 077
printf %s "$CONSENSUS_PEM" | base64 -d > /tmp/consensus.pem
unset CONSENSUS_PEM
# Patroni takes its cluster-wide settings from the file only once, at bootstrap.
python3 /opt/sdctl/apply-dynamic.py &
exec patroni /etc/sdctl/patroni.yml
