"""Who ended a fault before its time, other than its run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sdctl.chaos.ended_nodes import ended
from sdctl.chaos.healing import BY_HEALER
from sdctl.faults.fault_plan import FaultPlan
from sdctl.state.fault_records import Record
from sdctl.state.snapshot import Snapshot
from sdctl.targets.network_operations import GONE, MOVED, Drain, Helped, Impair
from sdctl.targets.operations import Kill, Pause, Stop
from sdctl.targets.target import Target

_EARLY_S = 0.5
"""A fault that ended so much before its time was ended by somebody."""


@dataclass(frozen=True)
class EarlyEnd:
    """Who it was, and after how long where that was measured."""

    by: str
    after_s: float | None = None
    hides_effect: bool = False
    """Whether an effect that was not seen tells nothing of the fault: by then somebody had ended
    it, or the node that it hit."""


def ended_by(engine: Target, plan: FaultPlan, record: Record) -> EarlyEnd | None:
    """Who ended a fault before its time, other than the run: asked when the run is about to heal
    it. None: nobody, as far as the engine tells."""
    if record.healed_at is not None:
        left = datetime.fromisoformat(record.until) - datetime.fromisoformat(record.healed_at)
        early = left.total_seconds() > _EARLY_S
        return EarlyEnd(record.healed_by or "somebody", hides_effect=True) if early else None
    left_s = (datetime.fromisoformat(record.until) - datetime.now(UTC)).total_seconds()
    if plan.undo:
        left_s -= plan.spare_s  # it had all of its time, and a node may end as it goes on
    if left_s > _EARLY_S and (by := record.healing_by or lost(engine, plan, record)):
        return EarlyEnd(by, hides_effect=not by.endswith(HELPER))
    runs = {node.node for node in engine.nodes() if node.state == "running"}
    held = [
        operation.node for operation in plan.inject if isinstance(operation, Kill | Stop | Pause)
    ]
    again = [node for node in held if node in runs] if not plan.undo else []
    return EarlyEnd(f"somebody who started {', '.join(again)} again") if again else None


def lost(engine: Target, plan: FaultPlan, record: Record) -> str:
    """By which nodes the fault is over before its time, in words; empty: by none.

    Nothing is left of it on a node that has ended, where its helper has ended, or whose machine was
    opened again. And it does nothing any more to a node that was cut off and has another address by
    now."""
    if plan.ends_with_nodes:
        return _said(ended(engine, [operation.node for operation in plan.inject], record), _ANEW)
    impaired = [op.node for op in plan.inject if isinstance(op, Impair | Drain)]
    looks = {
        node: engine.apply(Helped(node=node, fault=record.id, cause="is it on?"))
        for node in impaired
    }
    gone = [node for node, look in looks.items() if look.code == GONE]
    anew = ended(engine, gone, record)
    moved = dict.fromkeys(look.stdout for look in looks.values() if look.code == MOVED)
    return _said(anew, _ANEW) or _said(moved, _MOVED) or _said(gone, HELPER)


_ANEW = "which stopped or was made anew"
_MOVED = "which has another address now"
HELPER = "where the helper of the fault has ended"


def _said(nodes: Collection[str], what: str) -> str:
    return f"{', '.join(nodes)}, {what}" if nodes else ""


def strayed(plan: FaultPlan, seen: Snapshot) -> tuple[str, ...]:
    """Pure: the nodes that have another role than the one for which they were hit. One that does
    not tell its role has not lost it."""
    there = seen.nodes()
    return tuple(
        name
        for name, role in plan.roles.items()
        if name in there and there[name].role not in (None, role)
    )


def thawed_early(plan: FaultPlan, record: Record, frozen: Mapping[str, float]) -> EarlyEnd | None:
    """Pure: who ended a fault that was to last exactly its time; ``frozen``: for how long each node
    was. It may have been its own deadline, where the engine took long to begin it."""
    for node, lasted in frozen.items():
        if lasted < plan.for_s - _EARLY_S:
            by = f"somebody who let {node} go on"
            if record.healed_by == BY_HEALER:
                by = f"its deadline: it took long until {node} was frozen"
            return EarlyEnd(by, lasted)
    return None
