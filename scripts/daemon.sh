# shellcheck shell=sh
# The Docker daemon: ask whether it answers, and start it where nothing else does.

DAEMON_LOG=/var/log/dockerd.log
DAEMON_PID=/var/run/docker.pid

daemon_answers() { [ -n "$(bounded 20 docker info --format '{{.ServerVersion}}' 2>/dev/null)" ]; }

# daemon_refusal: why it does not answer, in the client's words.
daemon_refusal() { bounded 20 docker version --format '{{.Server.Version}}' 2>&1 >/dev/null | tr '\n' ' '; }

# The local daemon is ours to start only if the client would talk to it.
daemon_is_local() {
    [ -z "${DOCKER_HOST:-}" ] || [ "$DOCKER_HOST" = unix:///var/run/docker.sock ] || return 1
    case "$(docker context show 2>/dev/null || echo default)" in default) ;; *) return 1 ;; esac
}

ensure_daemon() {
    if daemon_answers; then return; fi
    case "$(daemon_refusal)" in
    *'permission denied'*)
        die 3 "this user may not talk to Docker: join the group docker (then log in again) or run this as root."
        ;;
    esac
    daemon_is_local || die 3 "Docker at ${DOCKER_HOST:-context $(docker context show)} does not answer: start it or unset DOCKER_HOST."
    if [ "$(uname)" != Linux ]; then die 3 "Docker does not answer: start Docker Desktop."; fi
    if has_systemd; then
        is_root || die 3 "the Docker daemon is not running: start it with 'sudo systemctl start docker'."
        step 'starting the Docker daemon (systemctl)' systemctl start docker ||
            die 3 "the Docker daemon does not start: see 'journalctl -u docker'."
    elif has_other_init; then
        is_root || die 3 "the Docker daemon is not running: start it with 'sudo service docker start'."
        step 'starting the Docker daemon (service)' service docker start ||
            die 3 "the Docker daemon does not start: see 'service docker status'."
    else
        is_root || die 3 "the Docker daemon is not running: start 'dockerd' as root."
        start_daemon
    fi
    wait_until 60 daemon_answers || die 3 "the Docker daemon was started but does not answer: $(daemon_refusal)"
}

has_other_init() {
    [ -x /etc/init.d/docker ] && have service || return 1
    case "$(cat /proc/1/comm)" in init | openrc-init | runit) ;; *) return 1 ;; esac
}

start_daemon() {
    have dockerd || die 3 "the Docker client is here but no daemon: install Docker Engine."
    daemon_began=$(now)
    say "starting the Docker daemon (log: $DAEMON_LOG) ..."
    await_earlier_daemon
    if ! daemon_answers; then
        clear_stale_files
        # A session of its own, and not our lock: it outlives this script and its terminal. The kernel
        # forwards published ports: by the daemon's proxy, a process, 500 requests a second took
        # 0.08 of a core more.
        setsid nohup dockerd --userland-proxy=false >>"$DAEMON_LOG" 2>&1 </dev/null 9>&- &
        daemon_child=$!
        wait_until 120 daemon_settled "$daemon_child" || true
    fi
    if ! daemon_answers; then
        tail -n 15 "$DAEMON_LOG" >&2
        die 3 "the Docker daemon did not come up: its last lines are above, the rest is in $DAEMON_LOG."
    fi
    say "starting the Docker daemon: $(($(now) - daemon_began)) s"
}

# daemon_settled PID: it answers, or it has ended and waiting longer is pointless.
daemon_settled() {
    daemon_answers || ! kill -0 "$1" 2>/dev/null
}

# daemon_pids: the dockerds of this machine, not those inside its containers.
daemon_pids() {
    own_namespace=$(readlink /proc/self/ns/pid)
    for process in /proc/[0-9]*; do
        comm=$(cat "$process/comm" 2>/dev/null) || continue
        [ "$comm" = dockerd ] || continue
        # A killed one whose parent never collects it is no daemon any more.
        ! grep -q '^State:[[:space:]]*[ZX]' "$process/status" 2>/dev/null || continue
        [ "$(readlink "$process/ns/pid")" = "$own_namespace" ] || continue
        echo "${process#/proc/}"
    done
}

# One that is just starting will answer; one that is shutting down will be gone.
await_earlier_daemon() {
    earlier=$(daemon_pids)
    [ -n "$earlier" ] || return 0
    say "a Docker daemon is already running but does not answer yet: waiting for it to answer or to end"
    wait_until 60 earlier_daemon_settled ||
        die 3 "dockerd (process $(daemon_pids | paste -sd ' ' -)) neither answers nor ends: end it, then try again."
}

earlier_daemon_settled() { [ -z "$(daemon_pids)" ] || daemon_answers; }

# After `kill -9` the files stay behind. dockerd takes any living process with the
# recorded number for its predecessor, and any socket file for a running containerd.
clear_stale_files() {
    stale_pid_file "$DAEMON_PID" dockerd
    stale_pid_file /var/run/docker/containerd/containerd.pid containerd
    stale_socket /run/containerd/containerd.sock
    stale_socket /var/run/docker/containerd/containerd.sock
    stale_socket /var/run/docker.sock
}

# stale_pid_file FILE COMM: removes FILE unless its process is a living COMM.
stale_pid_file() {
    [ -f "$1" ] || return 0
    stale_pid=$(cat "$1")
    if [ -n "$stale_pid" ] && [ "$(cat "/proc/$stale_pid/comm" 2>/dev/null)" = "$2" ] &&
        ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$stale_pid/status"; then
        return 0
    fi
    rm -f "$1"
}

# stale_socket FILE: removes FILE if no process listens there.
stale_socket() {
    [ -S "$1" ] || return 0
    # /var/run is a link to /run: the kernel lists the name the listener used.
    ! grep -qE " (/var)?/run/${1#*/run/}\$" /proc/net/unix || return 0
    rm -f "$1"
}
