"""A fault that is on: the stack and the writes meanwhile, as what ends the fault sees them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdctl.chaos import early_end, live_line, outages, record_times, visibility
from sdctl.chaos.succession import leaders
from sdctl.faults.ending import Seen
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import SdctlError
from sdctl.judge.ledger import Write
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Snapshot
from sdctl.targets.network_operations import Impair
from sdctl.targets.operations import Op
from sdctl.targets.target import Output

if TYPE_CHECKING:
    from sdctl.chaos.experiment import Experiment, RunningLoad

_TELL_S = 0.5
_NEAR_S = 1.0
"""So shortly before a fault's exact end nobody is asked any more: the answer could hold it up."""
_REST = 4.0
"""So many times as long as a look took of a processor, none is taken: the looks are made on the
machine that is measured, and a long run has many writes to look at."""
ASKED_S = 12.0
"""Whoever sends load has an outcome at least so often, also while nothing answers."""


@dataclass(kw_only=True)
class FaultOnStack:
    """``faults.ending.FaultOn`` for an experiment."""

    experiment: Experiment
    plan: FaultPlan
    load: RunningLoad
    record: Record
    led: frozenset[str]
    """Who led before."""
    heirs: bool | None
    """Whether anybody can take over; None: not known."""
    since: float
    """When it was written down as on, a moment of ``time.monotonic()``."""
    began: float
    """When its first operation was given."""
    look_s: float = 0.0
    """How long a look at its effect takes."""
    looked_at: float = 0.0
    """When the first one was over, on the same clock."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when the whole run is to end."""
    _lost: early_end.EarlyEnd | None = None
    """By which nodes it was over before its time."""
    _led_after_s: float | None = None
    _last: Snapshot | None = None
    _looked: tuple[bool, Seen] | None = None
    _rests_until: float = 0.0
    _absence: visibility.ObserverAbsence = field(default_factory=visibility.ObserverAbsence)

    @property
    def alone(self) -> bool:
        """Whether it hit a leader from whom nobody can take over."""
        return self.plan.leader_before is not None and self.heirs is False

    @property
    def end(self) -> float:
        """When all of its time is over, a moment of ``time.monotonic()``."""
        return self.began + self.plan.for_s

    @property
    def looks_again(self) -> bool:
        """Whether there is time for another look at its effect."""
        return self.looked_at < self.end - self.look_s

    @property
    def until(self) -> float:
        """So that a last look, where there is one, comes to its end together with the fault."""
        return self.end - self.look_s if self.looks_again else self.end

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        return self.experiment.snapshot()

    def recovery(self) -> tuple[bool, Seen]:
        """One look, which is told too; the last one where that was just now."""
        if self._looked is None or time.monotonic() >= self._rests_until:
            began = time.thread_time()
            self._looked = self._look()
            self._rests_until = time.monotonic() + _REST * (time.thread_time() - began)
        return self._looked

    def _look(self) -> tuple[bool, Seen]:
        plan, since = self.plan, self.since
        self._last = stack = self._absence.take(self.snapshot())
        writes = self.load.writes()
        at = time.monotonic()
        node = stack.nodes().get(plan.target)
        cut_off = any(isinstance(op, Impair) for op in plan.inject)  # the node itself goes on
        back = node is not None and node.state == "running" and node.health == "ok" and not cut_off
        leads = bool(leaders(stack, plan.tier) - self.led) or back
        if leads and self._led_after_s is None:
            self._led_after_s = at - since
        well = outages.outage_of(writes, since, now=at) is not None
        band = None if self.alone else self.experiment.band(plan)
        self.now(
            live_line.sentence(
                writes,
                self.load.ticks(),
                since=since,
                now=at,
                band=band,
                leads=leads,
                target=plan.leader_before or plan.target,
                back_s=self.until - at if self.alone else None,
            )
        )
        seen = Seen(
            led=self._led(leads),
            led_after_s=self._led_after_s if self.heirs else None,
            came_back=well if plan.leader_before is not None and _asked(writes, at) else None,
            unseen=self._absence.lost,
        )
        return leads and well, seen

    def _led(self, leads: bool) -> bool | None:
        """Whether somebody took over; None where nobody could, or nothing is seen. That nobody did
        counts only where it is known that somebody could."""
        if self._absence.blind or self.heirs is False:
            return None
        return leads if self.heirs else (leads or None)

    @contextmanager
    def telling(self, until: float) -> Iterator[None]:
        """What the load sees, again and again, beside what the caller does on time; and whether the
        fault is over on one of its nodes."""
        done = threading.Event()

        def tell() -> bool:
            at = time.monotonic()
            seen = live_line.sentence(
                self.load.writes(), self.load.ticks(), since=self.began, now=at
            )
            left = max(until - at, 0)
            if not done.is_set():
                self.now(f"{self.plan.target} stands still for {left:.0f} s more; {seen}")
            if left > _NEAR_S:
                with suppress(SdctlError):
                    self._lost = early_end.lost(self.experiment.engine, self.plan, self.record)
            return done.is_set() or bool(self._lost)

        def tell_on() -> None:
            with suppress(SdctlError, OSError):
                waiting.until(tell, bool, timeout_s=self.plan.for_s, every_s=_TELL_S)

        threading.Thread(target=tell_on, daemon=True).start()
        try:
            yield
        finally:
            done.set()

    def rest(self, until: float) -> None:
        """Wait for a moment, or until the run is to end, or the fault was lost."""
        while not self.stop.is_set() and (left := until - time.monotonic()) > 0 and not self._lost:
            self.stop.wait(min(left, _TELL_S))

    def over(self) -> bool:
        """Whether its record is closed, or the run is to end."""
        if self.stop.is_set():
            return True
        current = fault_records.own(self.experiment.stack, self.record.id)
        return current is not None and current.healed_at is not None

    def strayed(self) -> tuple[str, ...]:
        """Pure."""
        return early_end.strayed(self.plan, self._last) if self._last else ()

    def ended(self) -> bool:
        """What is quick to tell first."""
        if self.over() or self.strayed():
            return True
        return early_end.lost(self.experiment.engine, self.plan, self.record) is not None

    def apply(self, operation: Op) -> Output:
        """By what runs the stack."""
        return self.experiment.engine.apply(operation)

    def begins_now(self) -> None:
        """Write it down so."""
        self.record = fault_records.injecting(self.experiment.stack, self.record)
        self.since = record_times.injected_at(self.record)

    def say(self, text: str) -> None:
        """A step begins."""
        self.experiment.steps.say(text)

    def now(self, text: str) -> None:
        """What is so within the step."""
        self.experiment.steps.now(text)


def _asked(writes: Sequence[Write], at: float) -> bool:
    """Whether writes are still being sent, so that their absence tells something."""
    return bool(writes) and at - max(write.done_at for write in writes[-100:]) < ASKED_S
