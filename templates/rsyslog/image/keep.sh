#!/bin/sh
# Retention, a look every minute: deletes the indices of the oldest hours while all of them together
# are too big, and those that are too old. An index's name ends in the hour of its lines.
while true; do
    oldest=$(date -u -d "@$(($(date +%s) - KEEP_S))" +%Y.%m.%d.%H)
    curl -fsS --max-time 20 \
        "$SEARCH_URL/_cat/indices/logs-*,events-*?h=index,store.size&bytes=b" 2> /dev/null \
        | awk '{hour = $1; sub(/^[a-z]+-/, "", hour); print hour, $1, $2}' | sort -r \
        | awk -v max="$MAX_BYTES" -v oldest="$oldest" \
            '{sum += $3; if ($1 < oldest || (sum > max && NR > 1)) print $2}' \
        | while read -r index; do
            echo "deleting $index: too old, or all together are too big" >&2
            curl -fsS --max-time 20 -o /dev/null -X DELETE "$SEARCH_URL/$index"
        done
    # the statistics are appended to without end; who reads them wants the last
    tail -n 100 /spool/stats.json > /tmp/stats.json 2> /dev/null && cat /tmp/stats.json > /spool/stats.json
    # how far a file was read is of no use once the file is gone
    find /containers -name '*-json.log*' -printf '%i\n' 2> /dev/null | sort > /tmp/inodes
    for state in /spool/imfile-state:*; do
        [ -e "$state" ] && echo "$state"
    done | awk -F : 'NR == FNR {there[$1]; next} !($2 in there)' /tmp/inodes - | xargs -r rm -f
    sleep 60
done
