"""Who ended a fault before its time, other than its run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sdctl.chaos import record_times
from sdctl.chaos.ended_nodes import ended
from sdctl.chaos.healing import BY_HEALER
from sdctl.faults.fault_plan import FaultPlan
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot
from sdctl.targets.network_operations import GONE, MOVED, Drain, Helped, Impair
from sdctl.targets.operations import Kill, Pause, Stop
from sdctl.targets.target import Target

EARLY_S = 0.5
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
        left = record.deadline - datetime.fromisoformat(record.healed_at)
        if left.total_seconds() > EARLY_S:
            return EarlyEnd(record.healed_by or "somebody", hides_effect=True)
        return _ended_before(engine, plan, record)
    left_s = (record.deadline - datetime.now(UTC)).total_seconds()
    if plan.undo:
        left_s -= plan.spare_s  # it had all of its time, and a node may end as it goes on
    if left_s > EARLY_S and record.healing_by:
        return EarlyEnd(record.healing_by, hides_effect=True)
    if left_s > EARLY_S:
        return lost(engine, plan, record)
    ended_before = _ended_before(engine, plan, record)
    # whoever has begun to end it at its deadline starts its nodes
    return ended_before if record.healing_by else ended_before or _started(engine, plan, record)


def lost(engine: Target, plan: FaultPlan, record: Record) -> EarlyEnd | None:
    """By which nodes the fault is over before its time; None: by none.

    Nothing is left of it on a node that has ended, where its helper has ended, or whose machine was
    opened again. And it does nothing any more to a node that was cut off and has another address by
    now, or to one that it holds down and somebody started."""
    if plan.ends_with_nodes:
        return _anew(engine, [operation.node for operation in plan.inject], record)
    impaired = [op.node for op in plan.inject if isinstance(op, Impair | Drain)]
    looks = {
        node: engine.apply(Helped(node=node, fault=record.id, cause="is it on?"))
        for node in impaired
    }
    gone = [node for node, look in looks.items() if look.code == GONE]
    if anew := _anew(engine, gone, record):
        return anew
    moved = dict.fromkeys(look.stdout for look in looks.values() if look.code == MOVED)
    if moved:
        return EarlyEnd(f"{', '.join(moved)}, which has another address now", hides_effect=True)
    left = [node for node in gone if node not in ended(engine, gone, record)]
    if left:
        return EarlyEnd(f"{', '.join(left)}, where the helper of the fault has ended")
    return _started(engine, plan, record)


def _started(engine: Target, plan: FaultPlan, record: Record) -> EarlyEnd | None:
    """By whom nodes run that it is to hold down. Its time ended where the first was started. One
    that has run since before the fault was never down: that is no end, but no effect either. One
    that was started when its time was over is not early: its deadline started it."""
    held = [op.node for op in plan.inject if isinstance(op, Kill | Stop | Pause)]
    if plan.undo or not held:
        return None
    runs = {node.node for node in engine.nodes() if node.state == "running"}
    began = record_times.wall(record.began)
    started = {node: engine.history(node).started_at for node in held if node in runs}
    end = record.own_end.timestamp() - EARLY_S
    over = record.its_time_is_over()
    again = {
        node: at for node, at in started.items() if (not over if at is None else began < at < end)
    }
    if not again:
        return None
    after_s = min((at - began for at in again.values() if at is not None), default=None)
    by = f"somebody who started {', '.join(again)} again"
    return EarlyEnd(by, after_s, hides_effect=after_s is not None)


def _ended_before(engine: Target, plan: FaultPlan, record: Record) -> EarlyEnd | None:
    """The same, asked when its time is over or it is healed, so that nothing of it is left
    anywhere: only a node counts of which it is known that it had ended before."""
    lives_in = [op.node for op in plan.inject if plan.ends_with_nodes or isinstance(op, Impair)]
    end = _anew(engine, lives_in, record)
    return end if end and end.after_s is not None else None


def _anew(engine: Target, nodes: Collection[str], record: Record) -> EarlyEnd | None:
    """By which nodes it is over as they ended before its time was over. Its time ended where the
    first of them did."""
    began = record_times.wall(record.began)
    end = record.own_end.timestamp() - EARLY_S
    early = {
        node: at for node, at in ended(engine, nodes, record).items() if at is None or at < end
    }
    if not early:
        return None
    after_s = min((at - began for at in early.values() if at is not None), default=None)
    by = f"{', '.join(early)}, which stopped or was made anew"
    return EarlyEnd(by, after_s, hides_effect=True)


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
        if lasted < plan.for_s - EARLY_S:
            by = f"somebody who let {node} go on"
            if record.healed_by == BY_HEALER:
                by = f"its deadline: it took long until {node} was frozen"
            return EarlyEnd(by, lasted)
    return None
