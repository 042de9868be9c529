# shellcheck shell=sh
# Debian packages, also where an earlier installation was cut off.

# Package scripts must neither ask questions nor hang on a terminal.
export DEBIAN_FRONTEND=noninteractive

# Another package manager may be at work: wait for its lock instead of failing.
apt() { apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

# repair_packages: finishes what an interrupted dpkg left half-done.
repair_packages() {
    [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
    step 'finishing an interrupted package installation' dpkg --configure -a
    apt --fix-broken install -y >&2
}

# refresh_packages: once a run.
refresh_packages() {
    [ -z "${packages_fresh:-}" ] || return 0
    repair_packages
    # Third-party sources may fail to refresh; only the wanted packages matter.
    step 'refreshing the package lists' apt update || true
    packages_fresh=yes
}

# install_packages NAME...
install_packages() {
    refresh_packages
    step "installing $*" apt install -y --no-install-recommends "$@"
}

# package_version NAME: what would be installed, or nothing.
package_version() { apt-cache policy "$1" | sed -n 's/^ *Candidate: //p' | grep -v '^(none)$'; }

# debian_mirror [SUITE-SUFFIX]: the address this machine's apt uses for Debian.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's own placeholders
    apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suffix="${1:-}" -v codename="$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" \
            '$1 == "Debian" && $2 == codename suffix { print $3; exit }'
}
