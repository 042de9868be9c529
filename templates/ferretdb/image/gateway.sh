#!/bin/sh
# Keeps FerretDB running before this node's own PostgreSQL. It ends when that is not there yet, and
# a crash of it alone is mended in half a second: sooner than another node could take over.
socket=/var/run/postgresql
while :; do
    if pg_isready -q -h "$socket" -U postgres; then
        ferretdb --listen-addr=:27017 --debug-addr=:8088 --state-dir=/tmp --telemetry=disable \
            --log-format=json --log-level=warn \
            --postgresql-url="postgres://postgres@/postgres?host=$socket&pool_max_conns=$POOL_SIZE"
    fi
    sleep 0.5
done
