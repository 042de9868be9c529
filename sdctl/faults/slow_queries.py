"""slow-queries: the service's statements take longer, and hold their connections meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._in_service import NOTICE_S, InService, WhileTheyDoIt
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.foundation.errors import UsageError
from sdctl.foundation.units import duration, format_duration

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.judge.ledger import Write

LONGER = "a write takes longer by"
_NEAR, _LEAST_MS = 0.1, 10.0
_MOST_S = 2.0
"""The service gives up a statement later."""
_BUSY = 0.7
"""A pool that is busier than this makes others wait, too."""
_FEWEST = 10


@dataclass(frozen=True, kw_only=True)
class SlowQueries(InService):
    """Each time that the service uses the database, it holds the connection for so much longer, as
    with a statement that lacks an index. A write takes longer by this. Each replica has
    `app.pool_size` connections, so when more requests come than these can carry, they wait."""

    kind: ClassVar[str] = "slow-queries"
    summary: ClassVar[str] = "make the service's statements in the database take longer"
    example: ClassVar[str] = "sdctl chaos slow-queries --delay 100ms --for 15s"
    ending: ClassVar[WhileTheyDoIt] = WhileTheyDoIt(
        "app",
        "queries_slowed_seconds",
        "the service holds a connection to the database {how} longer",
    )
    figures: ClassVar[Mapping[str, str]] = {
        LONGER: "The median time of a write while the fault was on, less the median before it. It "
        "is the delay, or more where requests also waited for a connection.",
    }
    next_step: ClassVar[str] = (
        "Try `sdctl chaos slow-queries --delay 500ms`: more requests come than the connections "
        "carry, and they wait for one another."
    )

    delay: float = option(0.1, "How much longer, such as 100ms.", parse=duration)
    for_: float = option(15.0, "How long, such as 15s.", parse=duration)

    @property
    def amount(self) -> float:
        """Seconds."""
        return self.delay

    @property
    def how(self) -> str:
        """As people write it."""
        return format_duration(self.delay)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time and its delay."""
        super().check(components)
        if not 0.001 <= self.delay <= _MOST_S:
            raise UsageError(f"--delay must be from 1ms to {_MOST_S:g}s, not {self.delay:g}s")

    def expects(self, before: Before) -> Iterable[Prediction]:
        """The delay, and more where the connections do not carry what comes (Little's law)."""
        tier, rate = self.ending.tier, before.writes_per_s
        pools = len(before.seen.tiers[tier].nodes) * before.setting(tier, "pool_size")
        asked = self.delay * 1000
        spare = max(asked * _NEAR, _LEAST_MS)
        why = f"each write uses the database once, {self.how} longer"
        crowded = rate is None or rate * self.delay > pools * _BUSY
        if crowded:
            why += f"; more come than {pools} connections carry at ease, so they wait as well"
        yield Prediction(
            what=LONGER,
            low=asked - spare,
            high=None if crowded else asked + spare,
            unit="ms",
            why=why,
            measure=_longer,
        )


def _longer(course: Course) -> float | None:
    # some replicas know of it a moment before all do
    before = _median_ms(course.writes, -inf, course.injected_at - NOTICE_S)
    meanwhile = _median_ms(course.writes, course.injected_at, course.healed_at)
    return None if before is None or meanwhile is None else meanwhile - before


def _median_ms(writes: Sequence[Write], since: float, until: float) -> float | None:
    took = [
        write.done_at - write.sent_at
        for write in writes
        if write.outcome == "acknowledged" and since <= write.sent_at <= until
    ]
    return median(took) * 1000 if len(took) >= _FEWEST else None


FAULT = SlowQueries
