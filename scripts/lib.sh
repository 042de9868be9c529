# shellcheck shell=sh
# What the setup scripts share: how they speak, fail, time their steps and wait.

# Daemons and package tools live in sbin, which a plain `su` leaves out.
PATH="$PATH:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }

# die CODE TEXT: one sentence, then the exit code sdctl documents for it.
die() {
    die_code=$1
    shift
    say "setup: $*"
    exit "$die_code"
}

have() { command -v "$1" >/dev/null 2>&1; }

now() { date +%s; }

# step TEXT COMMAND...: runs COMMAND, says what was done and how long it took.
# Its output is shown only if it fails. It may leave a daemon running, which must
# not keep the lock (descriptor 9) of `one_at_a_time`.
step() {
    step_text=$1
    shift
    step_began=$(now)
    step_log=$(mktemp)
    say "$step_text ..."
    step_code=0
    "$@" >"$step_log" 2>&1 </dev/null 9>&- || step_code=$?
    if [ "$step_code" -ne 0 ]; then
        tail -n 20 "$step_log" >&2
        rm -f "$step_log"
        say "$step_text: failed after $(($(now) - step_began)) s"
        return "$step_code"
    fi
    rm -f "$step_log"
    say "$step_text: $(($(now) - step_began)) s"
}

# wait_until SECONDS COMMAND...: asks again until COMMAND succeeds or time is up.
wait_until() {
    wait_end=$(($(now) + $1))
    shift
    until "$@"; do
        [ "$(now)" -lt "$wait_end" ] || return 1
        sleep 0.2
    done
}

# bounded SECONDS COMMAND...: a command that must not hang (macOS has no timeout).
bounded() {
    if have timeout; then timeout "$@"; else shift && "$@"; fi
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Only Debian itself: its packages are what the project is tested with.
is_debian() { [ -r /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ]) && have apt-get; }

may_install() { is_root && is_debian; }

has_systemd() { [ -d /run/systemd/system ]; }

# one_at_a_time: two setups of the same checkout would remove each other's work.
one_at_a_time() {
    have flock || return 0
    exec 9<scripts/setup.sh
    flock --nonblock 9 || {
        say 'another setup of this checkout is at work: waiting for it'
        flock 9
    }
}
