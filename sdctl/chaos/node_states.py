"""What the engine says of the nodes that a fault stopped, killed or paused: the effect of a fault
that measures nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sdctl.chaos.early_end import EARLY_S
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.judge.seen_effect import SeenEffect
from sdctl.targets.operations import Kill, Op, Pause, Stop
from sdctl.targets.target import Instance, State, Target

STATE_S = 2.0
"""How long after the operations the engine may still show the state before them."""
_STATES: Mapping[type[Op], State] = {Kill: "down", Stop: "down", Pause: "frozen"}


def measured(engine: Target, operations: Sequence[Op]) -> tuple[SeenEffect, ...]:
    """The state of each node that the operations stop, kill or pause, once it is as it is to be, or
    ``STATE_S`` have passed."""
    wanted = {op.node: _STATES[type(op)] for op in operations if type(op) in _STATES}
    if not wanted:
        return ()
    _, seen = waiting.until(
        lambda: compared(wanted, engine.nodes()),
        lambda seen: all(state.holds for state in seen),
        timeout_s=STATE_S,
    )
    return seen


def compared(wanted: Mapping[str, State], instances: Sequence[Instance]) -> tuple[SeenEffect, ...]:
    """Pure: each node's state as the engine has it, beside the one that it was to have."""
    there = {instance.node: instance for instance in instances}
    found = []
    for node, state in wanted.items():
        instance = there.get(node)
        measured = SeenEffect(what=f"state of {node}", asked=state, seen=None, holds=False)
        if instance is None:
            measured = replace(measured, why="it is not there any more")
        else:
            holds = instance.state == state
            seen = state if holds else instance.shown or instance.state
            measured = replace(measured, seen=seen, holds=holds)
        found.append(measured)
    return tuple(found)


def frozen_s(engine: Target, plan: FaultPlan, injected_wall: float) -> dict[str, float]:
    """By node, for how many seconds it was frozen by a plan that was to last exactly its time, and
    is undone; nothing of a node of which the engine does not tell."""
    paused = [op.node for op in plan.inject if isinstance(op, Pause)] if plan.undo else []
    found = {node: engine.history(node, paused_since=injected_wall).frozen_s for node in paused}
    return {node: seconds for node, seconds in found.items() if seconds is not None}


def lasted(plan: FaultPlan, frozen: Mapping[str, float]) -> tuple[SeenEffect, ...]:
    """Pure: the effect of such a plan. Of a node that was let go too early it tells nothing: who
    did it is told by ``early_end.py``."""
    return tuple(
        SeenEffect(
            what=f"{node} frozen for",
            asked=plan.for_s,
            seen=round(seconds, 3),
            unit="s",
            holds=True if seconds >= plan.for_s - EARLY_S else None,
        )
        for node, seconds in frozen.items()
    )
