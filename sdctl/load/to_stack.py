"""A load to a stack's own gateway."""

from __future__ import annotations

from sdctl.design.absent_tier import no_tier
from sdctl.load.options import LoadOptions, make_plan
from sdctl.load.plan import LoadPlan
from sdctl.state.running import Running
from sdctl.workloads.workload import needed


def plan_to_stack(options: LoadOptions, running: Running) -> LoadPlan:
    """As ``make_plan``. Raises ``NoSuchTarget`` also where the stack lacks a tier that the workload
    cannot do without: each of its requests would fail."""
    plan = make_plan(options, *running.way_in())
    profile = running.profile()
    for tier in sorted(needed(plan.workload) - set(profile.tiers)):
        error = no_tier(tier, profile.tiers, left_out=profile.left_out)
        error.message += f", and the workload {plan.workload.name} needs it"
        error.hint = f"Nothing was sent. {error.hint}"
        raise error
    return plan
