#!/bin/sh
# Starts one node. The server's own launcher is not among the jars; a small one that is takes its place.
set -eu
# it writes into its configuration's folder, and ends without a word where it cannot
mkdir -p /tmp/config
cp /etc/sdctl/* /tmp/config/
# Only the quick compiler: the thorough one takes a tenth of a core for minutes, on a machine that the
# services are on as well. Measured at 400 lines/s: start 13 instead of 20 CPU seconds, the first minute
# 9 instead of 16.
exec java -Xms"${HEAP_MB}m" -Xmx"${HEAP_MB}m" -XX:+ExitOnOutOfMemoryError -XX:ActiveProcessorCount=2 \
    -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
    -Dlog4j2.configurationFile=/tmp/config/log4j2.properties \
    -cp '/opt/opensearch/lib/*' org.codelibs.opensearch.runner.OpenSearchRunner \
    -basePath /data -confPath /tmp/config -numOfNode 1 -baseHttpPort 9199 -clusterName logs
