"""What the tiers that Patroni fails over share: how long that should take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdctl.prediction import Band

if TYPE_CHECKING:
    from sdctl.components._documents import Documents
    from sdctl.components.postgres import Database

LOOK_S = 0.5
"""etcd looks for expired leases twice a second (etcd 3.5, server/lease/lessor.go)."""
ASK_S = 2.0
"""A candidate waits so long for the other members' answers, the dead leader's among them (Patroni
4.0, ha.py: fetch_node_status)."""
PROMOTE_S = 1.0
"""PostgreSQL ends its recovery; measured 0.1-1.3 s (median 0.9 s, n=5) on two busy cores."""
PROBE_S = 0.5
"""The app asks each node so often whether it leads (app/probe.py: PROBE_INTERVAL_S)."""


def predict(settings: Database | Documents, how: str) -> Band | None:
    """The lease runs out, less what had run since its last renewal when the leader died or froze,
    and the checks and the promotion after it.

    None for ``stop`` (the leader hands over: its last checkpoint takes as long as it takes) and
    ``crash`` (it recovers in place: by what there is to replay), which no setting tells.
    """
    if how not in ("kill", "pause") or settings.nodes < 2:
        return None
    checks = LOOK_S + ASK_S + PROMOTE_S + PROBE_S
    return Band(
        low_s=settings.ttl - settings.loop_wait,
        high_s=settings.ttl + checks,
        why=f"lease {settings.ttl:g} s − renewal {settings.loop_wait:g} s … "
        f"lease {settings.ttl:g} s + checks and promotion {checks:g} s",
    )
