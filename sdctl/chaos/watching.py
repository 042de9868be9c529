"""While a fault is on: until it has done what it can do, its time is over, or somebody ended it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sdctl.chaos import judging, live_line
from sdctl.chaos.succession import leading
from sdctl.faults.fault import FaultPlan
from sdctl.foundation import waiting
from sdctl.judge.ledger import Write
from sdctl.state.fault_records import Record
from sdctl.targets.operations import Kill, Pause, Stop
from sdctl.targets.target import Target

if TYPE_CHECKING:
    from sdctl.chaos.experiment import Experiment, Writing

_EARLY_S = 0.5
"""A fault that ended so much before its time was ended by somebody."""
_ASKED_S = 12.0
"""Whoever sends load has an outcome at least so often, also while nothing answers."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen while the fault was on; as in ``verdict.Course``."""

    led: bool | None = None
    came_back: bool | None = None
    unseen: str | None = None


def hold(engine: Target, plan: FaultPlan, began: float) -> None:
    """Let a fault last exactly its time, from its first operation to the first that undoes it.
    Nothing is looked at in between: that would take some of the time."""
    waiting.moment(began + plan.for_s)
    for operation in plan.undo:
        engine.apply(operation)


def recovery(
    experiment: Experiment,
    plan: FaultPlan,
    load: Writing,
    since: float,
    led: frozenset[str],
    over: Callable[[], bool],
    *,
    heirs: bool,
) -> Seen:
    """Until somebody leads and writes go well again, or the fault's time is over."""
    sight = judging.Sight()
    band = experiment.predicted(plan)

    def look() -> tuple[bool, Seen]:
        stack, writes, at = sight.take(experiment.snapshot()), load.writes(), time.monotonic()
        node = stack.nodes().get(plan.target)
        back = node is not None and node.state == "running" and node.health == "ok"
        leads = bool(leading(stack, plan.tier) - led) or back
        well = judging.outage_of(writes, since, now=at) is not None
        experiment.steps.now(
            live_line.sentence(writes, load.reads(), since=since, now=at, band=band, leads=leads)
        )
        seen = Seen(
            led=leads if heirs and not sight.blind else None,
            came_back=well if plan.leader_before is not None and _asked(writes, at) else None,
            unseen=sight.lost,
        )
        return leads and well, seen

    _, (_, last) = waiting.until(
        look, lambda found: found[0] or over(), timeout_s=plan.for_s, every_s=0.2
    )
    return last


def _asked(writes: Sequence[Write], at: float) -> bool:
    """Whether writes are still being sent, so that their absence tells something."""
    return bool(writes) and at - max(each.done_at for each in writes[-100:]) < _ASKED_S


def ended_by(engine: Target, plan: FaultPlan, record: Record) -> str | None:
    """Who ended a fault before its time, other than the run: asked when the run is about to heal
    it. None: nobody, as far as the engine tells."""
    if record.healed_at is not None:
        left = datetime.fromisoformat(record.until) - datetime.fromisoformat(record.healed_at)
        return (record.healed_by or "somebody") if left.total_seconds() > _EARLY_S else None
    runs = {each.node for each in engine.nodes() if each.state == "running"}
    held = [each.node for each in plan.inject if isinstance(each, Kill | Stop | Pause)]
    again = [node for node in held if node in runs] if not plan.undo else []
    return f"somebody who started {', '.join(again)} again" if again else None


def thawed_early(engine: Target, plan: FaultPlan, injected_wall: float) -> str | None:
    """Who ended a fault that was to last exactly its time: asked when it is healed."""
    for each in plan.inject if plan.undo else ():
        lasted = engine.frozen(each.node, injected_wall) if isinstance(each, Pause) else None
        if lasted is not None and lasted < plan.for_s - _EARLY_S:
            return f"somebody who let {each.node} go on after {lasted:.1f} s"
    return None
