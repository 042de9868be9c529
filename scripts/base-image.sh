#!/bin/sh
# Provides the base image debian:trixie-slim: there already, pulled, or made on this machine.
#
#   base-image.sh [auto|registry|local] [REFERENCE]
#
# auto      pull it; where no registry can be reached, make it (default)
# registry  pull it or fail
# local     make it, ask no registry
# REFERENCE is what is pulled: a mirror's name of it (default: its own)
#
# Progress and errors go to stderr. Exit codes: 0 the image is there, 2 wrong usage,
# 3 Docker does not answer, 5 the image cannot be had (the last line says why), 130 interrupted.
# Needs no other file: sdctl ships and runs it as it is.
set -eu

IMAGE=debian:trixie-slim
SUITE=trixie
REACH_SECONDS=20 # until the registry must have answered at all
PULL_SECONDS=600 # until all of the image must be here

TEMP=${TMPDIR:-/tmp}
PATH="$PATH:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }

die() {
    code=$1
    shift
    say "base image: $*"
    exit "$code"
}

main() {
    mode=${1:-auto}
    source=${2:-$IMAGE}
    case "$mode" in auto | registry | local) ;; *) die 2 "unknown mode $mode (known: auto, registry, local)" ;; esac
    if present; then return; fi
    one_at_a_time
    if present; then return; fi
    docker version >/dev/null 2>&1 || die 3 'Docker does not answer'

    clear_leftovers
    folder=$(mktemp -d "$TEMP/sdctl-base.$$.XXXXXX")
    child=
    trap 'cleanup' EXIT
    trap 'exit 130' INT TERM HUP
    # mmdebstrap's own unprivileged user must be able to enter.
    chmod 755 "$folder"
    began=$(date +%s)

    if [ "$mode" != local ] && pull; then
        say "base image $IMAGE pulled: $(elapsed) s"
        return
    fi
    if [ "$mode" = registry ]; then die 5 "$IMAGE could not be pulled: $(last_line)"; fi
    if [ "$mode" = auto ]; then say "base image $IMAGE cannot be pulled: $(last_line)"; fi
    make_image
    say "base image $IMAGE made: $(elapsed) s"
}

present() { docker image inspect "$IMAGE" >/dev/null 2>&1; }

# Two stacks brought up at once need the image only once.
one_at_a_time() {
    command -v flock >/dev/null 2>&1 || return 0
    exec 9<"$0"
    flock --nonblock 9 || {
        say "the base image $IMAGE is being made already: waiting for it"
        flock 9
    }
}

# What a killed run left behind: its folder carries its process number.
clear_leftovers() {
    for leftover in "$TEMP"/sdctl-base.[0-9]*.*; do
        owner=${leftover#"$TEMP"/sdctl-base.}
        # One of another user stays: neither may be touched.
        if ! kill -0 "${owner%%.*}" 2>/dev/null; then rm -rf "$leftover" 2>/dev/null || true; fi
    done
}

elapsed() { echo $(($(date +%s) - began)); }

last_line() { tail -n 1 "$folder/log"; }

cleanup() {
    if [ -n "$child" ]; then
        # Its whole group, if it leads one: mmdebstrap's children do the work.
        kill -- "-$child" 2>/dev/null || kill "$child" 2>/dev/null || true
        wait "$child" || true
    fi
    rm -rf "$folder"
}

# A slow registry may take its time, one that cannot be reached may not: the first
# line the client prints comes from the registry's answer.
pull() {
    say "pulling the base image $source ..."
    # If this script is killed, what it started must not keep its lock (descriptor 9).
    docker pull "$source" >"$folder/log" 2>&1 9>&- &
    child=$!
    while kill -0 "$child" 2>/dev/null; do
        limit=$REACH_SECONDS
        if grep -q 'Pulling from' "$folder/log"; then limit=$PULL_SECONDS; fi
        if [ "$(elapsed)" -ge "$limit" ]; then
            kill "$child" 2>/dev/null || true
            echo "no answer within $limit s" >>"$folder/log"
        fi
        sleep 0.2
    done
    pulled=0
    wait "$child" || pulled=$?
    child=
    if [ "$pulled" -eq 0 ] && [ "$source" != "$IMAGE" ]; then docker tag "$source" "$IMAGE"; fi
    return "$pulled"
}

make_image() {
    need_mmdebstrap
    say "making the base image $IMAGE from packages (about a minute) ..."
    bootstrap || die 5 "mmdebstrap failed: $(grep -E '^E:|error' "$folder/log" | tail -n 1)"
    # Imported without a name: whatever goes wrong, the name never stands for half an image.
    identity=$(docker import --change 'CMD ["bash"]' "$folder/root.tar") || die 5 'docker import failed'
    if ! works=$(docker run --rm --network none "$identity" true 2>&1); then
        docker image rm "$identity" >/dev/null 2>&1 || true
        die 5 "the image made here does not run: $works"
    fi
    docker tag "$identity" "$IMAGE"
}

need_mmdebstrap() {
    if command -v mmdebstrap >/dev/null 2>&1; then return; fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        die 5 "$IMAGE can be made here only with mmdebstrap: install it, or make a registry reachable"
    fi
    say 'installing mmdebstrap ...'
    export DEBIAN_FRONTEND=noninteractive
    # Third-party sources may fail to refresh; only this package matters.
    apt-get -qq update >/dev/null 2>&1 || true
    apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends mmdebstrap >"$folder/log" 2>&1 ||
        die 5 "mmdebstrap could not be installed: $(last_line)"
}

bootstrap() {
    slim_options
    if sources >"$folder/sources.list" && [ -s "$folder/sources.list" ]; then
        set -- "$@" "$folder/sources.list"
    fi
    # In the background, for a shell obeys a signal while it waits but not while it runs.
    setsid mmdebstrap --variant=minbase --dpkgopt="$folder/slim.cfg" --aptopt="$folder/apt.conf" \
        "$SUITE" "$folder/root.tar" "$@" >"$folder/log" 2>&1 9>&- &
    child=$!
    wait "$child" || return
    child=
    # Installing a package into an image must not start its service. Added here,
    # since mmdebstrap takes the file away when it has finished.
    mkdir -p "$folder/added/usr/sbin"
    printf '#!/bin/sh\nexit 101\n' >"$folder/added/usr/sbin/policy-rc.d"
    tar --append --file "$folder/root.tar" --directory "$folder/added" \
        --owner=0 --group=0 --mode=755 ./usr/sbin/policy-rc.d >>"$folder/log" 2>&1
}

# The same leaving-out and the same settings as the published image has.
slim_options() {
    cat >"$folder/slim.cfg" <<-'SLIM'
	path-exclude=/usr/share/doc/*
	path-include=/usr/share/doc/*/copyright
	path-exclude=/usr/share/man/*
	path-exclude=/usr/share/info/*
	path-exclude=/usr/share/locale/*
	path-exclude=/usr/share/groff/*
	path-exclude=/usr/share/lintian/*
	SLIM
    cat >"$folder/apt.conf" <<-'CONF'
	Acquire::Languages "none";
	Acquire::GzipIndexes "true";
	Apt::AutoRemove::SuggestsImportant "false";
	DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
	CONF
    # Where this machine's mirror keeps old release files, its containers meet them too.
    if command -v apt-config >/dev/null 2>&1; then
        eval "$(apt-config shell checked Acquire::Check-Valid-Until/b)"
        if [ "${checked:-true}" = false ]; then echo 'Acquire::Check-Valid-Until "false";' >>"$folder/apt.conf"; fi
    fi
}

# This machine's own Debian mirror, if it has one that containers can use as well:
# they have no certificates yet, so only plain HTTP. Otherwise mmdebstrap's default.
sources() {
    command -v apt-get >/dev/null 2>&1 || return 0
    # shellcheck disable=SC2016  # apt's own placeholders
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' | awk -v suite="$SUITE" '
        $1 == "Debian" && $3 ~ /^http:/ && $2 ~ /^[a-z]+$/ && !main { main = $3 }
        $1 == "Debian" && $3 ~ /^http:/ && $2 ~ /^[a-z]+-security$/ && !security { security = $3 }
        END {
            if (!main || !security) exit
            print "deb " main " " suite " main"
            print "deb " main " " suite "-updates main"
            print "deb " security " " suite "-security main"
        }'
}

main "$@"
