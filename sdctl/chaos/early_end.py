"""Who ended a fault before its time, other than its run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sdctl.faults.fault_plan import FaultPlan
from sdctl.state.fault_records import Record
from sdctl.targets.operations import Kill, Pause, Stop
from sdctl.targets.target import Target

_EARLY_S = 0.5
"""A fault that ended so much before its time was ended by somebody."""


def ended_by(engine: Target, plan: FaultPlan, record: Record) -> str | None:
    """Who ended a fault before its time, other than the run: asked when the run is about to heal
    it. None: nobody, as far as the engine tells."""
    if record.healed_at is not None:
        left = datetime.fromisoformat(record.until) - datetime.fromisoformat(record.healed_at)
        return (record.healed_by or "somebody") if left.total_seconds() > _EARLY_S else None
    runs = {node.node for node in engine.nodes() if node.state == "running"}
    held = [
        operation.node for operation in plan.inject if isinstance(operation, Kill | Stop | Pause)
    ]
    again = [node for node in held if node in runs] if not plan.undo else []
    return f"somebody who started {', '.join(again)} again" if again else None


def thawed_early(plan: FaultPlan, frozen: Mapping[str, float]) -> str | None:
    """Pure: who ended a fault that was to last exactly its time; ``frozen``: for how long each node
    was."""
    for node, lasted in frozen.items():
        if lasted < plan.for_s - _EARLY_S:
            return f"somebody who let {node} go on after {lasted:.1f} s"
    return None
