# shellcheck shell=sh
# Docker Engine and Compose: present and answering, or installed from Debian.

COMPOSE_MINIMUM=2.20
# The first Debian release whose docker-compose is Compose 2.
COMPOSE_SUITE=trixie

ensure_docker() {
    ensure_engine
    ensure_compose
    ensure_daemon
}

ensure_engine() {
    if have docker && { have dockerd || daemon_answers; }; then return; fi
    if have docker && ! daemon_is_local; then return; fi
    may_install || die 3 "Docker is missing: install Docker Engine and its Compose plugin (v$COMPOSE_MINIMUM or later) and run this again."
    refresh_packages
    # Only recommended by the package: no network works without iptables, no pull without
    # certificates, and since Debian 13 the client is a package of its own.
    set -- docker.io iptables ca-certificates mmdebstrap
    if [ -n "$(package_version docker-cli)" ] && ! have docker; then set -- "$@" docker-cli; fi
    install_packages "$@" || die 3 "Docker could not be installed: see apt's message above."
}

ensure_compose() {
    if compose_suffices; then return; fi
    may_install || die 3 "Docker Compose is missing or too old: install the Compose plugin, v$COMPOSE_MINIMUM or later, and run this again."
    refresh_packages
    if dpkg -s docker-ce >/dev/null 2>&1; then
        install_packages docker-compose-plugin || die 3 "the Compose plugin could not be installed: see apt's message above."
    elif packaged_compose_suffices; then
        install_packages docker-compose || die 3 "Docker Compose could not be installed: see apt's message above."
    else
        step "installing docker-compose from Debian $COMPOSE_SUITE" install_newer_compose ||
            die 3 "Docker Compose could not be installed: install the Compose plugin, v$COMPOSE_MINIMUM or later, yourself."
    fi
    compose_suffices || die 3 "Docker Compose was installed but 'docker compose version' does not work."
}

compose_suffices() {
    version=$(docker compose version --short 2>/dev/null) || return 1
    version_suffices "${version#v}"
}

packaged_compose_suffices() { version_suffices "$(package_version docker-compose)"; }

# version_suffices X.Y.Z
version_suffices() {
    case "$1" in [0-9]*.[0-9]*) ;; *) return 1 ;; esac
    major=${1%%.*}
    minor=${1#*.}
    minor=${minor%%[!0-9]*}
    [ "$major" -gt "${COMPOSE_MINIMUM%.*}" ] ||
        { [ "$major" -eq "${COMPOSE_MINIMUM%.*}" ] && [ "$minor" -ge "${COMPOSE_MINIMUM#*.}" ]; }
}

# The package needs nothing but libc, so it installs on the release before. Lists
# and sources of its own: the machine's apt never learns of the other release.
install_newer_compose() (
    set -eu
    mirror=$(debian_mirror)
    if [ -z "$mirror" ]; then
        echo "this machine's apt knows no Debian mirror"
        exit 1
    fi
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    signed=
    if [ -f "$keyring" ]; then signed="[signed-by=$keyring] "; fi
    echo "deb $signed$mirror $COMPOSE_SUITE main" >"$folder/sources.list"
    cd "$folder"
    set -- -q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    apt-get "$@" update
    apt-get "$@" download "docker-compose/$COMPOSE_SUITE"
    dpkg -i docker-compose_*.deb
)
