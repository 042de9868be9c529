"""How long a tier that Patroni fails over should take no writes, by its settings."""

from __future__ import annotations

from sdctl.components._patroni import Leased
from sdctl.components.band import Band, RunsOut

LOOK_S = 0.5
"""etcd looks for expired leases twice a second (etcd 3.5, server/lease/lessor.go)."""
ASK_S = 2.0
"""A candidate waits so long for the other members' answers, the dead leader's among them (Patroni
4.0, ha.py: fetch_node_status)."""
CONFIRM_S = 0.5
"""The control groups are looked at ten times a second, the engine removes that of a dead node, and
the lease is revoked: measured 0.06-0.2 s on two busy cores."""
BACK_S = 2.0
"""A consensus store that was away takes so long at most to start, and to answer."""
NOTICE_S = 0.5
"""Patroni finds its server gone, stops what is left of it and gives up the lock."""
PROMOTE_S = 1.0
"""PostgreSQL ends its recovery; measured 0.1-1.3 s (median 0.9 s, n=5) on two busy cores."""
PROBE_S = 0.5
"""The app asks each node so often whether it leads (app/stores/role_probe.py: PROBE_INTERVAL_S)."""


def predict(settings: Leased, how: str) -> Band | None:
    """A lease that nobody revokes runs out, less what had run since its last renewal when the
    leader died, froze or was cut off, and the checks and the promotion come after it.

    None for ``stop`` (the leader hands over: its last checkpoint takes as long as it takes), and
    for a ``crash`` where it recovers in place (by what there is to replay): no setting tells.
    """
    if settings.nodes < 2:
        return None
    if how == "kill" and settings.fencing == "confirmed":
        return _fenced()
    if how == "crash" and settings.durability != "performance":
        return _crashed(settings)
    if how not in ("kill", "pause", "partition"):
        return None
    checks = LOOK_S + ASK_S + PROMOTE_S + PROBE_S
    return Band(
        low_s=settings.ttl - settings.loop_wait,
        high_s=settings.ttl + checks,
        first=RunsOut(name="lease", low_s=settings.ttl - settings.loop_wait, high_s=settings.ttl),
        why=f"at least {settings.ttl:g} s (the lease) − {settings.loop_wait:g} s (since its last "
        f"renewal), at most {settings.ttl:g} s (the lease) + {checks:g} s (checks, and the "
        "promotion)",
    )


def deprived(settings: Leased, away_s: float) -> Band:
    """While the consensus store is away for ``away_s`` the leader looks for it every ``loop_wait``,
    tries for ``retry_timeout`` then, and gives its role up, however much of its lease is left
    (Patroni, dynamic configuration: retry_timeout). When the store is back, it takes the role again
    at its next look."""
    tries, look = settings.retry_timeout, settings.loop_wait
    again = look + PROMOTE_S + PROBE_S
    return Band(
        low_s=max(away_s - tries - look, 0.0),
        high_s=max(away_s + BACK_S - tries, 0.0) + again,
        first=RunsOut(name="retry_timeout", low_s=tries, high_s=tries + look),
        why=f"The leader gives its role up {tries:g} to {tries + look:g} s after the fault begins "
        f"(retry_timeout, loop_wait). It takes it again at most {BACK_S + again:g} s after the "
        "fault ends (start, loop_wait, promotion). A shorter fault may stop nothing.",
    )


def cut_off(settings: Leased, away_s: float) -> Band | None:
    """A leader that is cut off for less than its lease has left is followed by nobody. It has given
    its role up meanwhile, and takes it again at its next look."""
    left = settings.ttl - settings.loop_wait
    if settings.nodes < 2 or away_s >= left:
        return None
    again = settings.loop_wait + PROMOTE_S + PROBE_S
    return Band(
        low_s=away_s,
        high_s=away_s + again,
        first=RunsOut(name="lease", low_s=left, high_s=settings.ttl),
        why=f"the lease of {settings.ttl:g} s does not run out in {away_s:g} s: nobody takes over, "
        f"so writes stop for {away_s:g} s, and for at most {again:g} s more (loop_wait, and the "
        "promotion) until the same leader leads again",
    )


def _fenced() -> Band:
    checks = ASK_S + PROMOTE_S + PROBE_S
    return Band(
        # where the dead node's name is refused at once, nobody waits for its answer
        low_s=0.2,
        high_s=CONFIRM_S + checks,
        why=f"at most {CONFIRM_S:g} s (until the leader is known to be dead, and its lease is "
        f"revoked) + {checks:g} s (checks, and the promotion)",
    )


def _crashed(settings: Leased) -> Band:
    after = NOTICE_S + PROMOTE_S + PROBE_S
    return Band(
        low_s=0.2,
        high_s=settings.loop_wait + after,
        why=f"at most {settings.loop_wait:g} s (Patroni looks that often) + {after:g} s (the "
        "hand-over, and the promotion)",
    )
