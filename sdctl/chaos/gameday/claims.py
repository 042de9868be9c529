"""Of two faults of a day that do the same to the same nodes, one is on at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


class Claims:
    """The faults of a day that begin or are on. Each is claimed before it is written down: of two
    whose time comes at once, both would find no record of the other."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._claimed: list[tuple[Fault, FaultPlan]] = []

    @contextmanager
    def claimed(self, fault: Fault, plan: FaultPlan) -> Iterator[str]:
        """A fault's time, from before it is written down. Empty: it may begin. Otherwise why it may
        not: which one is on that does the same."""
        with self._lock:
            same = self.on(fault, plan)
            why = f"{same.id}, {SAME}, is still on" if same else ""
            if not why and any(
                _alike(claimed, its.target, fault, plan) for claimed, its in self._claimed
            ):
                why = f"another one, {SAME}, begins at this moment"
            mine = (fault, plan)
            if not why:
                self._claimed.append(mine)
        try:
            yield why
        finally:
            with self._lock:
                self._claimed = [claim for claim in self._claimed if claim is not mine]

    def asked(self, fault: Fault) -> str:
        """Of a fault that cannot be planned now: which one is on that was asked for in the same
        words, and may be why. Empty: none."""
        for record in fault_records.active(self._stack):
            if (record.kind, record.asked) == (fault.kind, fault.asked):
                return f"{record.id}, {SAME}, is still on"
        return ""

    def on(self, fault: Fault, plan: FaultPlan) -> Record | None:
        """The record of one that does the same, and is on."""
        for record in fault_records.active(self._stack):
            if _alike(record, record.target, fault, plan):
                return record
        return None


def too_near(day: GameDay, plans: Sequence[FaultPlan]) -> Iterator[str]:
    """Pure: the faults of a day, as they are planned for the stack of this moment, that may find
    one still on that is the same: in words, with what to do. Whom a fault hits that lasts until
    somebody else leads is not known before that."""
    named = list(zip(day.parts, day.names(), plans, strict=True))
    for (part, name, its), (later, other, plan) in combinations(named, 2):
        end_s = part.at_s + its.for_s
        same = its.leader_before is None and _alike(part.fault, its.target, later.fault, plan)
        if same and later.at_s < end_s + HEAL_S:
            yield (
                f"{other} at {after_start(later.at_s)} may not begin: {name}, {SAME}, is on "
                f"until {format_duration(end_s)}, and healing it can take {HEAL_S:g} s; let it "
                f"begin at {format_duration(end_s + HEAL_S)} or later"
            )


def _alike(first: Fault | Record, target: str, other: Fault, plan: FaultPlan) -> bool:
    """Pure: whether ``first``, on ``target``, does what another would. Two that cut off may cut
    off one node from different others: what was typed tells."""
    return (first.kind, target) == (other.kind, plan.target) and not (
        plan.cuts and first.asked != other.asked
    )
