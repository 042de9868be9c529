#!/usr/bin/env bash
# Gives every node of the running test cluster images that Docker has on this machine.
#
#   load.sh IMAGE...
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
[ $# -gt 0 ] || die "load.sh takes the names of images"

running=$(nodes)
[ -n "$running" ] || die "it does not run; start it with start.sh"
# give NODE IMAGE...: those that it lacks
give() {
    local node=$1 there missing=()
    shift
    there=$(docker exec "$node" ctr --namespace k8s.io images list --quiet)
    for image in "$@"; do
        grep --quiet --fixed-strings --line-regexp --regexp "docker.io/$image" \
            --regexp "docker.io/library/$image" <<<"$there" || missing+=("$image")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        docker save "${missing[@]}" | docker exec --interactive "$node" \
            ctr --namespace k8s.io images import - >/dev/null
    fi
}

givers=()
for node in $running; do
    give "$node" "$@" &
    givers+=("$!")
done
for giver in "${givers[@]}"; do wait "$giver"; done
