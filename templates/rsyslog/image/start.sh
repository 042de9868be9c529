#!/bin/sh
# Starts the collector. The containers' own logs are the durable queue; rsyslog's memory is not.
set -eu
# with which curl asks the search tier, whoever runs it here
(umask 077 && echo "user = \"collector:$SEARCH_PASSWORD\"" > "$CURL_HOME/.curlrc")
busybox httpd -p 8080 -h /opt/sdctl
[ -e /spool/fault.json ] || sh /opt/sdctl/fault.sh "" "" ""
# Without its template an index would guess what the fields are; until then the lines wait on disk.
sh /opt/sdctl/template.sh
# Log work gives way to every other at once, and keeps to half of the processors.
half=$(($(nproc) / 2))
{ chrt --idle --pid 0 $$ && taskset --cpu-list --pid "$half-$(($(nproc) - 1))" $$ > /dev/null; } ||
    echo "goes on at the usual priority" >&2
sh /opt/sdctl/keep.sh &
if [ -e /spool/running ]; then
    # After an unclean end forget what was read: everything still on disk is read again, and what is
    # indexed already is refused, as it gets the same index and id. Nothing lost, nothing twice.
    echo "the last end was unclean: reading all logs again" >&2
    rm -f /spool/imfile-state:*
fi
touch /spool/running
rsyslogd -n -iNONE -f /etc/sdctl/rsyslog.conf &
server=$!
trap 'kill -TERM $server' TERM INT
wait $server || true
# interrupted by the signal: now for its end
wait $server
rm -f /spool/running
