"""How a follower of PostgreSQL is kept behind its leader."""

from __future__ import annotations

from sdctl.components.under_fault import Delay

_EACH_STARTUP = """
each() { local process title; for process in /proc/[0-9]*; do
  title=; read -r -d "" title 2>&- < "$process/cmdline"
  case $title in "postgres: "*"startup "*) "$@" "${process#/proc/}";; esac
done; true; }
"""
"""Runs a command with the number of the process that applies what a follower receives. Found
without the server, which may be shutting down and wait for that process."""


def _bash(script: str) -> tuple[str, ...]:
    return ("bash", "-c", _EACH_STARTUP + script)


DELAY = Delay(
    begin=_bash("each kill -STOP"),
    end=_bash("each kill -CONT"),
    shows=_bash(
        """
stopped() { case $(< "/proc/$1/stat") in *") T "*) echo paused;; *) echo not paused;; esac; }
each stopped
psql -qXAt -F " " -U postgres -d postgres -c "SELECT
  pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()),
  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())"
"""
    ),
)
"""The process that applies is frozen. PostgreSQL's own means do not last: Patroni resumes a replay
that `pg_wal_replay_pause` has paused, and takes back `recovery_min_apply_delay`, each within its
next loop. A promotion waits until it ends; a restart ends it."""
