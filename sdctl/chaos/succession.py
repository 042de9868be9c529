"""Who leads before a fault, whom it is aimed at, and who took over. All of it pure."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.component import Component
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.state.snapshot import Snapshot


def aimed(
    fault: Fault, plan: FaultPlan, seen: Snapshot, components: Mapping[str, Component]
) -> tuple[FaultPlan, frozenset[str]]:
    """The plan for who leads by now, and all who lead: during the baseline the lead may
    move. Where nobody knows who leads, it is still whom the plan names."""
    led = leaders(seen, plan.tier)
    if plan.leader_before is None:
        return fault.at_once(plan, seen, components), led
    if led and plan.leader_before not in led:
        plan = fault.plan(seen, components)
    return plan, led | {str(plan.leader_before)}


def leaders(seen: Snapshot, tier: str) -> frozenset[str]:
    """The nodes of a tier that lead now, one or (in a cache of several shards) many."""
    status = seen.tiers.get(tier)
    return frozenset(status.leading if status else ())


def successor(
    seen: Snapshot, plan: FaultPlan, led: frozenset[str], logged: str | None = None
) -> str | None:
    """Who took over from the plan's target; itself, when nobody had to. None: not known.

    ``logged``: as the servers' own logs have it. They come first: a node that has just started
    again may hold itself for the leader for a moment.
    """
    if plan.leader_before is None:
        return None
    if logged is not None:
        return logged
    now = leaders(seen, plan.tier)
    new = sorted(now - led)
    if new:
        return new[0]
    return plan.leader_before if plan.leader_before in now else None
