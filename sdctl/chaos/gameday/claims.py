"""Of two faults of a day that do the same to the same nodes, one is on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.state import fault_records
from sdctl.state.fault_records import Record
from sdctl.state.stack import Stack


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
            why = f"{same.id}, which is the same, is still on" if same else ""
            if not why and any(_alike(one, its.target, fault, plan) for one, its in self._claimed):
                why = "another one, which is the same, begins at this moment"
            mine = (fault, plan)
            if not why:
                self._claimed.append(mine)
        try:
            yield why
        finally:
            with self._lock:
                self._claimed = [one for one in self._claimed if one is not mine]

    def on(self, fault: Fault, plan: FaultPlan) -> Record | None:
        """The record of one that does the same, and is on."""
        for record in fault_records.active(self._stack):
            if _alike(record, record.target, fault, plan):
                return record
        return None


def _alike(one: Fault | Record, target: str, other: Fault, plan: FaultPlan) -> bool:
    """Pure: whether ``one``, on ``target``, does what another would. Two that cut off may cut
    off one node from different others: what was typed tells."""
    return (one.kind, target) == (other.kind, plan.target) and not (
        plan.cuts and one.asked != other.asked
    )
