#!/bin/sh
# Starts one node. The server's own launcher is not among the jars; a small one that is takes its place.
set -eu
# Log work gives way to every other at once, and keeps to half of the processors.
half=$(($(nproc) / 2))
{ chrt --idle --pid 0 $$ && taskset --cpu-list --pid "$half-$(($(nproc) - 1))" $$ > /dev/null; } ||
    echo "goes on at the usual priority" >&2
# Who asks must log in. Should that end, it is started again.
while :; do haproxy -db -f /etc/sdctl/login.cfg || true; sleep 1; done &
unset COLLECTOR_PASSWORD OBSERVER_PASSWORD
# it writes into its configuration's folder, and ends without a word where it cannot
mkdir -p /tmp/config /data/tmp
find /data/tmp -mindepth 1 -delete
cp /etc/sdctl/* /tmp/config/
# Java's own temporary folder is on the volume: it runs what it unpacks there, which /tmp forbids.
# The serial collector: with two cores and a small heap the others only cost threads. The quick
# compiler alone: the other one's work, some ten seconds of a core in a server's first minutes, made
# requests wait, and what it saves afterwards is a tenth of a core at 2,000 lines a second.
exec java -Xms"${HEAP_MB}m" -Xmx"${HEAP_MB}m" -XX:+ExitOnOutOfMemoryError -XX:ActiveProcessorCount=2 \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Djava.io.tmpdir=/data/tmp -Dlog4j2.configurationFile=/tmp/config/log4j2.properties \
    -cp '/opt/opensearch/lib/*' org.codelibs.opensearch.runner.OpenSearchRunner \
    -basePath /data -confPath /tmp/config -numOfNode 1 -baseHttpPort 9199 -clusterName logs
