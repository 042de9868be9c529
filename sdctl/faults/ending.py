"""What ends a fault: the contract, and the endings that any fault may have."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget
from sdctl.foundation.units import format_duration

if TYPE_CHECKING:
    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.judge.seen_effect import SeenEffect
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.operations import Op
    from sdctl.targets.target import Output


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen while a fault was on; as in ``judge/run_facts.py``."""

    led: bool | None = None
    led_after_s: float | None = None
    """When somebody was first seen to lead again, in seconds after the fault began."""
    came_back: bool | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was measured meanwhile, by name, for the fault's own predictions."""
    effects: tuple[SeenEffect, ...] = ()
    """Of a fault whose effect is what its ending waits for, what was seen of it."""
    unseen: str | None = None
    ended_by: str | None = None
    """Who ended it before its time, where that was seen meanwhile."""


def by_role(strayed: Collection[str]) -> str | None:
    """Who ended a fault, where nodes have strayed (``FaultOn.strayed``); None: none has."""
    return f"{', '.join(strayed)}, which has another role now" if strayed else None


class FaultOn(Protocol):
    """A fault that is on, as what ends it sees it."""

    plan: FaultPlan
    began: float
    """When its first operation was given, a moment of ``time.monotonic()``."""

    @property
    def alone(self) -> bool:
        """Whether it hit a leader from whom nobody can take over."""
        ...

    @property
    def until(self) -> float:
        """When its time is over, but for a last look at its effect where there is time for one, on
        the same clock."""
        ...

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        ...

    def recovery(self) -> tuple[bool, Seen]:
        """One look: whether somebody leads and writes go well again; and what was seen."""
        ...

    def over(self) -> bool:
        """Whether somebody has ended it."""
        ...

    def strayed(self) -> tuple[str, ...]:
        """The nodes that have another role, at the last look, than the one for which they were
        hit."""
        ...

    def ended(self) -> bool:
        """Whether it is over before its time: somebody has ended it, nothing of it is left on one
        of its nodes, as that stopped or was made anew, one that it cuts off has another address,
        or one has strayed."""
        ...

    def rest(self, until: float) -> None:
        """Wait for a moment of ``time.monotonic()``, less than a millisecond too long; shorter only
        where the whole run is to end, or where the fault is over on one of its nodes, as that
        stopped or was made anew."""

    def apply(self, operation: Op) -> Output:
        """Carry an operation out; what it says."""
        ...

    def begins_now(self) -> None:
        """Only now it has an effect: its time, and the outage, count from here."""

    def telling(self, until: float) -> AbstractContextManager[None]:
        """While the caller waits for a moment of ``time.monotonic()``, tell what is so."""
        ...

    def say(self, text: str) -> None:
        """A step begins."""

    def now(self, text: str) -> None:
        """What is so within the step."""


class Ending:
    """How long a fault is left on. Its time (``plan.for_s``) is the longest in any case."""

    stops_writes: ClassVar[bool] = True
    """Whether the question is for how long writes stop."""

    def wait(self, fault: FaultOn) -> Seen:
        """Return when the fault has done what it can do. It is healed then."""
        raise NotImplementedError


class UntilWritesRecover(Ending):
    """Until somebody leads the tier and writes go well again, although the fault is on."""

    def wait(self, fault: FaultOn) -> Seen:
        """Look again and again."""
        if fault.alone:
            fault.say(
                f"it stays so for {format_duration(fault.plan.for_s)}. There is no new leader to "
                "wait for."
            )
        else:
            fault.say("waiting for a new leader and steady writes")
        _, (_, last) = waiting.until(
            fault.recovery,
            lambda found: found[0] or fault.ended(),
            timeout_s=max(fault.until - time.monotonic(), 0),
            every_s=0.2,
        )
        return last


class ForItsTime(Ending):
    """For the time that it is to last, or until it is over before that. The stack is watched."""

    def wait(self, fault: FaultOn) -> Seen:
        """Look again and again, and tell."""
        fault.say(f"it stays so for {format_duration(fault.plan.for_s)}")
        unseen: str | None = None

        def over() -> bool:
            nonlocal unseen
            _, seen = fault.recovery()
            unseen = seen.unseen
            return fault.ended()

        waiting.until(over, bool, timeout_s=max(fault.until - time.monotonic(), 0), every_s=0.2)
        return Seen(unseen=unseen, figures=self.measure(fault), ended_by=by_role(fault.strayed()))

    def measure(self, fault: FaultOn) -> Mapping[str, float]:
        """What is measured just before it is healed, by name (``Seen.figures``)."""
        return {}


class ExactlyItsTime(Ending):
    """From its first operation to the first that undoes it, exactly the time it is to last."""

    def wait(self, fault: FaultOn) -> Seen:
        """Nothing is asked between the wait and what undoes it: that would take some of the time.
        On a node that was taken away meanwhile there is nothing to undo."""
        end = fault.began + fault.plan.for_s
        with fault.telling(end):
            fault.rest(end)
            for operation in fault.plan.undo:
                with suppress(NoSuchTarget):
                    fault.apply(operation)
        return Seen()
