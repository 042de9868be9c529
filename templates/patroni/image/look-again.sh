#!/bin/sh
# Makes Patroni look again at whom this node follows, where it follows nobody.
#
# Patroni reads that anew only when a file of settings is newer than before. A standby that it
# started while it knew no leader could so follow nobody for ever (patroni/patroni#3675).
nobody="SELECT pg_is_in_recovery() AND current_setting('primary_conninfo') = ''
  AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"
while sleep 10; do
    [ "$(psql -U postgres -h /var/run/postgresql -Atc "$nobody" 2>/dev/null)" != t ] ||
        touch -c /data/pgdata/postgresql.auto.conf
done
