"""slow-consumer: the workers take longer for each message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sdctl.faults._in_service import WhileTheyDoIt
from sdctl.faults._slower import Slower
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Prediction
from sdctl.foundation.units import delay, duration

BACKLOG = "the backlog grows by"
_NEAR = 0.05


@dataclass(frozen=True, kw_only=True)
class SlowConsumer(Slower):
    """The workers take longer for each message, by `--delay`. A worker holds `worker.prefetch`
    messages at a time, so it gets at most that many done in this time. When more come in, they
    wait in the queue; none is lost, and users are told later."""

    kind: ClassVar[str] = "slow-consumer"
    summary: ClassVar[str] = "make workers take longer for each message"
    example: ClassVar[str] = "sdctl chaos slow-consumer --delay 2s --for 20s"
    ending: ClassVar[WhileTheyDoIt] = WhileTheyDoIt(
        "worker",
        "slowed_seconds",
        "the workers take {how} longer for each message",
        "workers that take longer",
    )
    leaves_writes: ClassVar[bool] = True
    figures: ClassVar[Mapping[str, str]] = {
        BACKLOG: "How many more messages are ready or unacked after each second of the fault: "
        "what comes in, less what the workers get done. 0 means that they keep up.",
    }
    most_s: ClassVar[float] = 60.0
    next_step: ClassVar[str] = (
        "Try `sdctl scale worker=4`: more workers get more messages done in the same time."
    )

    delay: float = option(0.5, "How much longer, such as 500ms.", parse=delay)
    for_: float = option(20.0, "How long, such as 20s.", parse=duration)

    def expects(self, before: Before) -> Iterable[Prediction]:
        """What comes in, less the most that the workers can get done (Little's law)."""
        workers = len(before.seen.tiers[self.ending.tier].nodes)
        prefetch = before.setting(self.ending.tier, "prefetch")
        takes_s = self.delay + (before.setting(self.ending.tier, "work") or 0.0)
        comes, goes = before.writes_per_s, workers * prefetch / takes_s
        low = high = None
        if comes is not None:
            grows, spare = max(comes - goes, 0.0), comes * _NEAR
            low, high = (grows - spare if grows else None), grows + spare
        came = "writes" if comes is None else f"{comes:.1f} writes"
        yield Prediction(
            what=BACKLOG,
            low=low,
            high=high,
            unit="messages/s",
            why=f"{came}/s − {workers} workers × {prefetch} at a time ÷ {takes_s:g} s = "
            f"{goes:.1f}/s{'' if comes is None or comes > goes else ': they keep up'}; "
            f"{_NEAR:.0%} of the writes more or fewer by chance",
            measure=lambda course: course.per_s("waiting"),
        )


FAULT = SlowConsumer
