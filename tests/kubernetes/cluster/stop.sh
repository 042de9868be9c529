#!/usr/bin/env bash
# Removes the test cluster, and nothing else: what has its label.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

names="$(nodes) $(docker ps --all --quiet --filter "label=$registry_label")"
# shellcheck disable=SC2086  # a list
if [ -n "${names// /}" ]; then docker rm --force --volumes $names >/dev/null; fi
for kind in network volume; do
    found=$(docker "$kind" ls --quiet --filter "label=$label")
    # shellcheck disable=SC2086  # a list
    if [ -n "$found" ]; then docker "$kind" rm $found >/dev/null; fi
done
rm -f "$kubeconfig"
