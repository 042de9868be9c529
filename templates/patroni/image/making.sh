#!/bin/sh
# What Patroni runs in place of initdb and of pg_basebackup. Until the data is made, it is marked as
# half made: who is killed meanwhile makes it anew (make-anew.py).
touch /data/half-made
name=$(basename "$0")
"$name" "$@" || exit
# a new cluster has its users only after post-bootstrap.sh, which takes the mark away then
[ "$name" = initdb ] || rm -f /data/half-made
