"""PostgreSQL under Patroni: what both write when the leader changes (Patroni 4.0's ha.py,
PostgreSQL 17's xlog.c)."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.chaos.phases.phases import Failover, LogLine, first, matching, moment

# Anchored: FerretDB's own lines, beside these, hold whatever clients sent.
_PATRONI = r"^\S+ \S+ (?:INFO|WARNING): "
_POSTGRES = r"^\S+ \S+ UTC \[\d+\] LOG:  "
_DEAD = r"^\S+ \S+ INFO: confirmed dead: (\S+), "
_REVOKED = r"^\S+ \S+ INFO: lease revoked: (\S+)'s, "
"""Written by the node that fences (sdctl/observer/fencing/fence.py)."""
_UNLOCKED = (
    # a follower that finds no leader stops following, asks the other members how far they are, and
    # takes the lock or leaves it to another
    _POSTGRES + 'parameter "primary_conninfo" removed from configuration file',
    _PATRONI + "following a different leader because",
    _PATRONI + r"Got response from \S+ http",
    _PATRONI + r"Request failed to \S+: GET ",
)
_TAKEN = _PATRONI + "promoted self to leader"
_PROMOTED = _POSTGRES + "archive recovery complete"
_DOWN = _PATRONI + r"Postgresql is not running\."
_RESTARTED = _PATRONI + "starting primary after failure"
_READY = _POSTGRES + "database system is ready to accept connections"


def read(lines: Sequence[LogLine], target: str) -> Failover:
    """detected: the leader was confirmed dead, or a follower acts on its lock being gone. revoked:
    so its lease was, and the lock is free. elected: the next leader has taken
    the lock. promoted: its PostgreSQL is no follower any more. That is the last line before it
    takes writes; "ready to accept connections" may come after the first of them.

    When only the server process died, its own Patroni starts it again and keeps the lock: nobody
    is elected, and detected is when Patroni missed it.
    """
    taken = first(lines, _TAKEN)
    if taken is None:
        return _in_place([line for line in lines if line.node == target], target)
    followers = [line for line in lines if line.node != target and line.at <= taken.at]
    leads = [line for line in lines if line.node == taken.node and line.at >= taken.at]
    revoked = _of(followers, _REVOKED, target)
    dead = _of(followers, _DEAD, target) if revoked else None
    return Failover(
        detected=moment(dead or first(followers, *_UNLOCKED)),
        revoked=moment(revoked),
        elected=taken.at,
        promoted=moment(first(leads, _PROMOTED)),
        leader=taken.node,
    )


def _of(lines: Sequence[LogLine], pattern: str, target: str) -> LogLine | None:
    return next((line for line, match in matching(lines, pattern) if match[1] == target), None)


def _in_place(lines: Sequence[LogLine], target: str) -> Failover:
    restarted = first(lines, _RESTARTED)
    if restarted is None:
        return Failover()
    after = [line for line in lines if line.at >= restarted.at]
    before = [line for line in lines if line.at <= restarted.at]
    return Failover(
        detected=moment(first(before, _DOWN)),
        promoted=moment(first(after, _READY)),
        leader=target,
        in_place=True,
    )
