"""fail-messages: the workers fail a share of their messages for a while."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from sdctl.app import contract
from sdctl.faults._in_service import InService, WhileTheyDoIt
from sdctl.faults._limits import outside
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.foundation.errors import SdctlError
from sdctl.foundation.units import duration, format_share, share
from sdctl.judge.expectation import DEAD_LETTERS

if TYPE_CHECKING:
    from sdctl.components.component import Component

ATTEMPTS, DEAD, UNTOLD = "attempts failed", DEAD_LETTERS, "never notified"
_STANDS_S = 3.0
"""The workers look each second, so they fail messages for so much longer at the most."""
_RATE = 0.15
"""By so much of it the rate of writes on a busy machine differs from that before the fault."""
_DEVIATIONS = 4.0
"""Each attempt fails by chance: a Poisson count lies so many standard deviations around its mean in
all but 1 of 10,000 runs."""


def failures(
    rate: float, for_s: float, delays: Sequence[float], *, permanent: bool = False
) -> list[tuple[float, float]]:
    """Pure: for each attempt of a message, the share of messages at which it fails, as all before
    it, and the seconds of the fault in which a message must be sent for that."""
    if permanent:
        return [(rate, for_s)] * (1 + len(delays))
    ends = accumulate(delays, initial=0.0)
    return [(rate ** (1 + number), max(for_s - end, 0.0)) for number, end in enumerate(ends)]


def _around(
    least: Sequence[tuple[float, float]],
    most: Sequence[tuple[float, float]],
    per_s: float,
    *,
    together: bool = False,
) -> tuple[float, float]:
    """Pure: from how many failures to how many, with chance, at a rate that is not kept exactly.
    ``together``: whether chance decides once for all attempts of a message."""
    low, high = (
        per_s * kept * sum(part * seconds for part, seconds in sums)
        for kept, sums in ((1 - _RATE, least), (1 + _RATE, most))
    )
    drawn = _DEVIATIONS * math.sqrt(len(most) if together else 1)
    low, high = low - drawn * math.sqrt(low), high + drawn * math.sqrt(high)
    return max(math.floor(low), 0), math.ceil(high)


def _sum(attempts: Sequence[tuple[float, float]], per_s: float | None) -> str:
    told = [f"{share:.3g} × {seconds:g} s" for share, seconds in attempts if seconds]
    alike = len(told) > 1 and len(set(told)) == 1
    parts = f"{told[0]} × {len(told)} attempts" if alike else " + ".join(told)
    come = "writes" if per_s is None else f"{per_s:.0f} writes"
    return f"{come}/s × ({parts}), more or fewer by chance"


def _failed(course: Course) -> float | None:
    return None if course.messages is None else float(course.messages["failed"])


def _dead(course: Course) -> float | None:
    """By the stores, which tell this run's orders from those of others."""
    return None if course.audit is None else float(len(course.audit.dead))


@dataclass(frozen=True, kw_only=True)
class FailMessages(InService):
    """The workers fail this share of their messages on purpose; each is tried again after
    `worker.retry_delays`, and is a dead letter after the last attempt. With `--permanent` a message
    that fails does so at every attempt, as one that no worker can do. No write waits for that, none
    may be lost, and the fault ends by itself even if `sdctl` is killed."""

    kind: ClassVar[str] = "fail-messages"
    summary: ClassVar[str] = "make workers fail a share of their messages"
    example: ClassVar[str] = "sdctl chaos fail-messages --rate 60% --for 12s"
    ending: ClassVar[WhileTheyDoIt] = WhileTheyDoIt(
        "worker",
        "fault_rate",
        "messages fail at the workers: {how}",
        "workers that fail messages",
    )
    leaves_writes: ClassVar[bool] = True
    figures: ClassVar[Mapping[str, str]] = {
        ATTEMPTS: "Attempts to work on a message that failed. A message whose attempt failed waits "
        "for the next of `worker.retry_delays` and is tried again, so some fail more than once.",
        DEAD: "Messages of which every attempt failed. They are not lost: `sdctl dlq list` shows "
        "them, and `sdctl dlq replay --all` sends them again.",
        UNTOLD: "Acknowledged orders whose user was not told how they ended. 0 means: the set that "
        "was sent is the set that was delivered.",
    }
    next_step: ClassVar[str] = (
        "Try `sdctl dlq replay --all`: every dead letter is worked on again, and a user who was "
        "told that the order failed is told once more that it is completed."
    )

    rate: float = option(0.2, "The share that fails, such as 20%.", parse=share)
    for_: float = option(30.0, "How long, such as 30s.", parse=duration)
    permanent: bool = option(False, "A message that fails does so at every attempt.")

    @property
    def entry(self) -> str:
        """One of two."""
        return contract.FAIL_MESSAGES_FOR_GOOD if self.permanent else contract.FAIL_MESSAGES

    @property
    def amount(self) -> float:
        """The share."""
        return self.rate

    @property
    def how(self) -> str:
        """The share, and whether at every attempt."""
        return f"{self.rate:.0%}{', permanent' if self.permanent else ''}"

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time, and a share at which some message fails."""
        yield from super().wrong(components)
        yield from outside("rate", self.rate, 0.001, 1.0, format_share)

    def expects(self, before: Before) -> Iterable[Prediction]:
        """By the rate of writes, the share that fails and the delays between attempts."""
        delays, per_s = before.setting("worker", "retry_delays") or (), before.writes_per_s
        least, most = (
            failures(self.rate, seconds, delays, permanent=self.permanent)
            for seconds in (self.for_, self.for_ + _STANDS_S)
        )
        for what, measure, first in ((ATTEMPTS, _failed, 0), (DEAD, _dead, len(delays))):
            low, high = (
                (None, None)
                if per_s is None
                else _around(least[first:], most[first:], per_s, together=self.permanent)
            )
            yield Prediction(
                what=what,
                low=low,
                high=high,
                why=_sum(least[first:], per_s) if least[first][1] else self._too_short(delays),
                measure=measure,
            )
        yield Prediction(
            what=UNTOLD,
            low=0,
            high=0,
            why="the outbox sends every message until the queue has it, and an inbox tells each "
            "end once",
            measure=lambda course: (
                None if course.audit is None else float(len(course.audit.undelivered))
            ),
        )

    def _too_short(self, delays: Sequence[float]) -> str:
        last = sum(delays)
        return (
            f"the last attempt comes {last:g} s after the first, when the fault is over: "
            f"--for {last + 9:.0f}s shows some"
        )


FAULT = FailMessages
