#!/usr/bin/env bash
# Installs what the load generator is measured beside. Nothing here is needed to use sdctl.
#   HAProxy, wrk   from Debian
#   hey, vegeta    by `go install` into the cache folder
#   Locust         in an environment of its own there
# What cannot be had is said and left out of the comparison. Prints the cache folder.
set -euo pipefail

readonly HEY=github.com/rakyll/hey@v0.1.5
readonly VEGETA=github.com/tsenart/vegeta/v12@v12.13.0
readonly LOCUST=locust==2.47.0

cache=${SDCTL_BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sdctl-bench}
mkdir -p "$cache/bin"

say() { echo "$*" >&2; }

from_debian() {
    command -v "$1" >/dev/null && return
    [ "$(id -u)" = 0 ] || { say "$1: not installed (apt-get install $1)"; return; }
    say "installing $1 ..."
    # no service of its own is to be started
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "$1" >/dev/null || say "$1: cannot be had"
}

from_go() {
    [ -x "$cache/bin/$1" ] && return
    command -v go >/dev/null || { say "$1: left out, there is no go"; return; }
    say "installing $1 ..."
    GOBIN="$cache/bin" go install "$2" 2>/dev/null || say "$1: cannot be had"
}

from_debian haproxy
from_debian wrk
from_go hey "$HEY"
from_go vegeta "$VEGETA"
if ! [ -x "$cache/locust/bin/locust" ]; then
    say "installing Locust ..."
    { python3 -m venv "$cache/locust" && "$cache/locust/bin/pip" install -q "$LOCUST"; } >&2 ||
        say "Locust: cannot be had"
fi
echo "$cache"
