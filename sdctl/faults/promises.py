"""Predictions that several faults make: how many acknowledged writes may be lost, and how much
longer a write takes."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.band import STOPPED as STOPPED
from sdctl.components.band import Band
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.judge.write_times import WriteTimes
from sdctl.targets.network_operations import Impair

LOST = "writes lost"
FIGURES: Mapping[str, str] = {
    LOST: "Acknowledged writes that are in no store after the fault. With `durability: "
    "availability` or `protection` a commit waits for a follower, so none may be lost. With "
    "`performance` the new leader lacks what had not reached it, at most the rate of writes times "
    "the time for which it was behind.",
}
"""What each of them means, for the ``figures`` of a fault that makes it."""
STANDS: Mapping[str, str] = {
    STOPPED: "How long almost no write was acknowledged, from the fault on. A leader that is cut "
    "off or has no room is not dead, so nobody revokes its lease: it runs out, or it is renewed. "
    "Where nobody can take over, writes wait until the leader itself is back.",
}
"""Likewise."""
LONGER = "a write takes longer by"
SLOWER: Mapping[str, str] = {
    LONGER: "The median time of an acknowledged write while the fault was on, less the median "
    "before it. It is the delay, or more where a write is delayed at several places, or also "
    "waited for others.",
}
"""Likewise."""
STORE = "database"
"""Where the writes of the usual loads are kept."""
_ON_ITS_WAY_S = 1.0
"""A write that is acknowledged reaches a follower well within this, unless something delays it."""
_NEAR, _LEAST_MS = 0.1, 10.0
_FEWEST = 10
_BUSY = 0.7
"""A pool that is busier than this makes others wait, too."""


def lost(before: Before, exposed_s: float = 0.0, *, nobody: str = "") -> Prediction:
    """How many acknowledged writes a failover may lose. ``exposed_s``: for how long the leader may
    go on acknowledging while no follower gets its writes. ``nobody``: why there is no failover."""
    tier = before.plan.tier
    component = before.components.get(tier)
    store = tier if component is not None and component.keeps_writes else STORE
    durability, rate = before.setting(store, "durability"), before.writes_per_s
    if _keeps_none(before, store):
        high, why = 0.0, f"the {tier} keeps no write: all are in the {store}, which goes on"
    elif _leads_on(before, store):
        high, why = (
            0.0,
            f"nobody takes over: the leader of the {store} is not hit, and stays the leader",
        )
    elif (before.setting(store, "nodes") or 1) < 2 or before.heirs.none:
        high, why = 0.0, "nobody can take over, so the leader comes back with all that it wrote"
    elif nobody:
        high, why = 0.0, nobody
    elif durability != "performance":
        high, why = 0.0, f"{durability}: a commit waits for a follower, which then leads"
    elif rate is None:
        high, why = None, "performance: the leader waits for no follower; the rate is not known"
    else:
        window = _behind_s(before, store) + exposed_s + _ON_ITS_WAY_S
        high = float(round(rate * window))
        why = (
            "performance: the leader waits for no follower, which then may lack at most "
            f"{rate:.0f} writes/s × {window:.1f} s"
        )
    return Prediction(
        what=LOST, low=0.0 if high is not None else None, high=high, why=why, measure=_lost
    )


def _keeps_none(before: Before, store: str) -> bool:
    """Whether only nodes are hit of a tier on which neither writes nor who leads them depend."""
    tier = before.plan.tier
    component, keeper = before.components.get(tier), before.components.get(store)
    if component is None or keeper is None or tier == store or tier in keeper.needs:
        return False
    own = {node.name for node in before.seen.of_tier(tier)}
    return component.leads and {op.node for op in before.plan.inject} <= own


def _leads_on(before: Before, store: str) -> bool:
    """Whether the fault hits neither who leads the store nor one of those by whom it leads."""
    keeper = before.components.get(store)
    leaders = {node.name for node in before.seen.of_tier(store) if node.role == "leader"}
    voters = {
        node.name for need in (keeper.needs if keeper else ()) for node in before.seen.of_tier(need)
    }
    hit = set[str]()
    for operation in before.plan.inject:
        hit.add(operation.node)
        if isinstance(operation, Impair):
            hit |= {*operation.cut_to, *operation.cut_from}
    return bool(leaders) and not hit & (leaders | voters)


def _behind_s(before: Before, tier: str) -> float:
    """How far the follower that lags most is behind its leader."""
    lags = [node.facts.get("lag_seconds") for node in before.seen.of_tier(tier)]
    return max((float(lag) for lag in lags if isinstance(lag, int | float)), default=0.0)


def _lost(course: Course) -> float | None:
    return None if course.audit is None else float(len(course.audit.lost))


def stopped(course: Course) -> float | None:
    """In seconds; None: writes were not seen to come back."""
    return course.outage.seconds if course.outage else None


def stops(band: Band) -> Prediction:
    """That writes stop for so long."""
    return Prediction(
        what=STOPPED, low=band.low_s, high=band.high_s, unit="s", why=band.why, measure=stopped
    )


def longer(course: Course) -> float | None:
    """In milliseconds; None: too few writes to tell."""
    own = course.injected_at, course.healed_at
    found = WriteTimes.around(course.writes, own, others=course.others)
    if found is None or min(found.before.count, found.during.count) < _FEWEST:
        return None
    return found.longer_ms


def crowded(before: Before, tier: str, held_s: float) -> str:
    """Why writes wait for one another as well, where each holds a connection to the store ``tier``
    for so long; empty: the connections carry what comes (Little's law)."""
    service = "app" if tier == STORE else tier
    size, replicas = before.setting(service, "pool_size"), before.seen.of_tier("app")
    if size is None or not replicas:
        return ""
    pools = len(replicas) * size
    rate = before.writes_per_s
    if rate is not None and rate * held_s <= pools * _BUSY:
        return ""
    come = "the rate is not known" if rate is None else f"{rate:.0f} come each second"
    return (
        f"; {pools} connections carry at most {pools / held_s:.0f} such writes/s, and {come}, so "
        "they wait for a connection as well"
    )


def spare_ms(asked_ms: float) -> float:
    """How far from a delay its measurement may be."""
    return max(asked_ms * _NEAR, _LEAST_MS)
