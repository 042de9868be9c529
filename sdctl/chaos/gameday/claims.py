"""Of two faults of a day that do the same to one node, one is on at a time: each would undo what
the other does, and take that for how the node was before."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

from sdctl.chaos.gameday.game_day import GameDay
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation.units import after_start, format_duration
from sdctl.judge.day_part import SAME
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack

HEAL_S = 10.0
"""So long after its end, a busy machine may still be healing a fault."""


@dataclass
class _Claim:
    """A fault of a day, from before it is written down until it is healed."""

    fault: Fault
    plan: FaultPlan
    until: float = math.inf
    """When that was, a moment of ``time.monotonic()``."""


class Claims:
    """The faults of a day that begin or are on. Each is claimed before it is written down: of two
    whose time comes at once, both would find no record of the other."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._claims: list[_Claim] = []

    @contextmanager
    def claimed(self, fault: Fault, plan: FaultPlan, planned_at: float) -> Iterator[str]:
        """A fault's time, from before it is written down. Empty: it may begin. Otherwise why it may
        not: which one is on that does the same. ``planned_at``: since when the plan was made, a
        moment of ``time.monotonic()``. What was read of a node while another one was on is not how
        it is without."""
        mine = _Claim(fault, plan)
        with self._lock:
            same = self.on(fault, plan)
            why = f"{same.id}, {SAME}, is still on" if same else self._taken(mine, planned_at)
            if not why:
                self._claims.append(mine)
        try:
            yield why
        finally:
            with self._lock:
                mine.until = time.monotonic()

    def _taken(self, mine: _Claim, planned_at: float) -> str:
        """Which other one does the same, in words; empty: none."""
        for other in self._claims:
            if other.until < planned_at or not _alike(other.fault, other.plan, mine):
                continue
            if record := self.on(other.fault, other.plan):
                return f"{record.id}, {SAME}, is still on"
            begins = "begins" if other.until == math.inf else "ends"
            return f"another one, {SAME}, {begins} at this moment"
        return ""

    def asked(self, fault: Fault) -> str:
        """Of a fault that cannot be planned now: which one is on that was asked for in the same
        words, and may be why. Empty: none."""
        for record in fault_records.active(self._stack):
            if (record.kind, record.asked) == (fault.kind, fault.asked):
                return f"{record.id}, {SAME}, is still on"
        return ""

    def on(self, fault: Fault, plan: FaultPlan) -> Record | None:
        """The record of one that does the same to the same nodes, and is on."""
        for record in fault_records.active(self._stack):
            same = (record.kind, record.target) == (fault.kind, plan.target)
            if same and not (plan.cuts and record.asked != fault.asked):
                return record
        return None


def too_near(day: GameDay, plans: Sequence[FaultPlan]) -> Iterator[str]:
    """Pure: the faults of a day, as they are planned for the stack of this moment, that may find
    one still on that is the same: in words, with what to do. Whom a fault hits that lasts until
    somebody else leads is not known before that."""
    named = list(zip(day.parts, day.names(), plans, strict=True))
    for (part, name, its), (later, other, plan) in combinations(named, 2):
        end_s = part.at_s + its.for_s
        same = its.leader_before is None and _alike(part.fault, its, _Claim(later.fault, plan))
        if same and later.at_s < end_s + HEAL_S:
            yield (
                f"{other} at {after_start(later.at_s)} may not begin: {name}, {SAME}, is on "
                f"until {format_duration(end_s)}, and healing it can take {HEAL_S:g} s; let it "
                f"begin at {format_duration(end_s + HEAL_S)} or later"
            )


def _alike(first: Fault, its: FaultPlan, other: _Claim) -> bool:
    """Pure: whether ``first`` does to a node what another would. Two that cut off may cut off one
    node from different others: what was typed tells."""
    nodes = {operation.node for operation in its.inject}
    hit = its.target == other.plan.target or any(op.node in nodes for op in other.plan.inject)
    cuts = other.plan.cuts and first.asked != other.fault.asked
    return first.kind == other.fault.kind and hit and not cuts
