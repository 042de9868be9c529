# shellcheck shell=sh
# The Python environment in .venv, pinned by requirements.lock.

VENV=.venv
VENV_STAMP=$VENV/.sdctl-setup
# Only what carries this was made here, and may be removed.
VENV_OURS=$VENV/.sdctl-made

# ensure_venv run|dev: `dev` adds what the tests and linters need.
ensure_venv() {
    [ -f pyproject.toml ] || die 2 "no pyproject.toml in $(pwd): this is not a whole checkout."
    wanted=$(venv_key)
    # What has the test tools also has what `run` needs.
    if [ "$(sed -n 1p "$VENV_STAMP" 2>/dev/null)" = "$wanted" ]; then
        case "$1 $(sed -n 2p "$VENV_STAMP")" in 'run '* | 'dev dev') venv_works && return ;; esac
    fi
    # Without a stamp it was never finished; with a broken Python it cannot be repaired.
    if { [ ! -f "$VENV_STAMP" ] || ! venv_works; } && venv_may_go; then
        python=$(find_python) || exit $?
        rm -rf "$VENV"
        mkdir "$VENV"
        : >"$VENV_OURS"
        step "making the Python environment ($("$python" -V 2>&1))" "$python" -m venv "$VENV" ||
            die 1 "the Python environment could not be made: see the message above."
    fi
    rm -f "$VENV_STAMP"
    case "$1" in dev) project='.[dev]' ;; *) project=. ;; esac
    packages=$(grep -c == requirements.lock || true)
    step "installing the Python packages (up to $packages, about a minute the first time)" venv_install "$project" ||
        die 1 "the Python packages could not be installed: see pip's message above."
    printf '%s\n%s\n' "$wanted" "$1" >"$VENV_STAMP.new"
    mv "$VENV_STAMP.new" "$VENV_STAMP"
}

# Its scripts carry the folder's absolute path, so a moved checkout needs a new one. One that was
# made in another way is made once more.
venv_key() {
    { pwd -P && cat scripts/venv.sh pyproject.toml && if [ -f requirements.lock ]; then cat requirements.lock; fi; } | cksum
}

# Its Python may be gone: upgraded, or removed.
venv_works() { [ -x "$VENV/bin/sdctl" ] && "$VENV/bin/python" -c '' 2>/dev/null; }

# venv_may_go: false where one that somebody else made is used as it is.
venv_may_go() {
    if [ -f "$VENV_OURS" ] || { [ ! -e "$VENV" ] && [ ! -L "$VENV" ]; }; then return; fi
    "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        die 2 "$(pwd)/$VENV is no Python environment that can be used, and may be yours: move it away or remove it, then run this again."
    return 1
}

venv_install() {
    # An older pip writes a `sdctl` that loads more before Ctrl-C is heard.
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check 'pip>=25.2' || return
    set -- -e "$1"
    if [ -f requirements.lock ]; then set -- -c requirements.lock "$@"; fi
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# find_python: prints a Python 3.11 or later that can make environments.
find_python() {
    if first_python; then return; fi
    may_install || die 3 "Python 3.11 or later with its venv module is missing: install it (Debian: python3-venv) and run this again."
    install_packages python3 python3-venv || die 3 "python3-venv could not be installed: see apt's message above."
    first_python || die 3 "this Debian's Python is older than 3.11: install Python 3.11 or later and run this again."
}

first_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}
