"""Predictions that several faults make: how many acknowledged writes may be lost."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.faults.teaching import Before, Course, Prediction

LOST = "writes lost"
FIGURES: Mapping[str, str] = {
    LOST: "Acknowledged writes that are in no store after the fault. With `durability: "
    "availability` or `protection` a commit waits for a follower, so none may be lost. With "
    "`performance` the new leader lacks what had not reached it, at most the rate of writes times "
    "the time for which it was behind.",
}
"""What each of them means, for the ``figures`` of a fault that makes it."""
_STORE = "database"
"""Where the writes of the usual loads are kept."""
_ON_ITS_WAY_S = 1.0
"""A write that is acknowledged reaches a follower well within this, unless something delays it."""


def lost(before: Before, exposed_s: float = 0.0) -> Prediction:
    """How many acknowledged writes a failover may lose. ``exposed_s``: for how long the leader may
    go on acknowledging while no follower gets its writes."""
    tier = before.plan.tier
    component = before.components.get(tier)
    store = tier if component is not None and component.keeps_writes else _STORE
    durability, rate = before.setting(store, "durability"), before.writes_per_s
    if (before.setting(store, "nodes") or 1) < 2:
        high, why = 0.0, "nobody can take over, so the leader comes back with all that it wrote"
    elif durability != "performance":
        high, why = 0.0, f"{durability}: a commit waits for a follower, which then leads"
    elif rate is None:
        high, why = None, "performance: no follower is waited for; the rate is not known"
    else:
        window = _behind_s(before, store) + exposed_s + _ON_ITS_WAY_S
        high = float(round(rate * window))
        why = (
            "performance: no follower is waited for, so at most "
            f"{rate:.0f} writes/s × {window:.1f} s behind"
        )
    return Prediction(
        what=LOST, low=0.0 if high is not None else None, high=high, why=why, measure=_lost
    )


def _behind_s(before: Before, tier: str) -> float:
    """How far the follower that lags most is behind its leader."""
    status = before.seen.tiers.get(tier)
    lags = [node.facts.get("lag_seconds") for node in status.nodes] if status else []
    return max((float(lag) for lag in lags if isinstance(lag, int | float)), default=0.0)


def _lost(course: Course) -> float | None:
    return None if course.audit is None else float(len(course.audit.lost))
