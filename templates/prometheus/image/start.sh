#!/bin/bash
# Prometheus, and beside it an exporter for each store that does not speak its language, and one for
# the machine. They ask any node they are told to, with the passwords, so they listen to nobody
# outside this container. When one process ends, all do, and the supervisor starts them anew.
set -eu
umask 077
printf %s "$OBSERVER_TOKEN" > /tmp/observer-token
printf %s "${STATS_PASSWORD:-}" > /tmp/stats-password
# Who asks Prometheus must log in. Its password is 192 random bits, which many rounds of its digest
# would make no harder to guess.
printf %s "$WEB_PASSWORD" > /tmp/web-password
echo 'basic_auth: {username: observer, password_file: /tmp/web-password}' > /tmp/client.yml
perl -e '
    open my $random, "<", "/dev/urandom"; read $random, my $bytes, 22;
    my $salt = join "", map { (".", "/", "A".."Z", "a".."z", 0..9)[ord($_) % 64] } split //, $bytes;
    print "basic_auth_users: {observer: \"", crypt($ENV{WEB_PASSWORD}, "\$2b\$05\$$salt"), "\"}\n"
' > /tmp/web.yml
cat > /tmp/postgres-exporter.yml <<YML
auth_modules:
  metrics:
    type: userpass
    userpass: {username: metrics, password: "${DATABASE_PASSWORD:-}"}
    options: {sslmode: disable, dbname: sdctl, application_name: sdctl-metrics}
YML
trap 'kill $(jobs -p) 2> /dev/null; wait' TERM INT EXIT

if [ -n "${REDIS_PASSWORD:-}" ]; then
    prometheus-redis-exporter --web.listen-address=127.0.0.1:9121 \
        --redis.addr= --include-system-metrics=false --exclude-latency-histogram-metrics &
fi
if [ -n "${DATABASE_PASSWORD:-}" ]; then
    prometheus-postgres-exporter --web.listen-address=127.0.0.1:9187 --log.level=error \
        --config.file=/tmp/postgres-exporter.yml --disable-default-metrics \
        --disable-settings-metrics --no-collector.roles --no-collector.statio_user_tables \
        --no-collector.stat_bgwriter --no-collector.wal --collector.long_running_transactions &
fi
# The kernel shows every container the whole machine's figures, so no right is needed for them.
prometheus-node-exporter --web.listen-address=127.0.0.1:9100 --log.level=error \
    --collector.disable-defaults --collector.cpu --collector.meminfo --collector.loadavg --collector.pressure &
GOMEMLIMIT="$MEMORY_TARGET" prometheus \
    --config.file=/etc/sdctl/prometheus.yml \
    --storage.tsdb.path=/data \
    --storage.tsdb.retention.time="$RETENTION_TIME" \
    --storage.tsdb.retention.size="$RETENTION_SIZE" \
    --web.listen-address=:9090 \
    --web.config.file=/tmp/web.yml \
    --log.level=warn &
wait -n
