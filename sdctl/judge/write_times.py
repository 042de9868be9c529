"""How long acknowledged writes took, before a fault and while it was on.

A refusal is quick, so refused writes would make a fault look as if it made writes faster. They are
counted beside the acknowledged ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sdctl.foundation.units import format_duration
from sdctl.judge.attribution import Span
from sdctl.judge.intervals import percentile
from sdctl.judge.ledger import Write

_KNOWN_S = 3.0
"""Some replicas of the service know of a fault so long before all do, which is when it begins."""


@dataclass(frozen=True, kw_only=True)
class Took:
    """How long some writes took, each from when it was sent. In milliseconds."""

    count: int
    p50_ms: float
    p99_ms: float
    longest_ms: float

    @classmethod
    def of(cls, writes: Iterable[Write]) -> Took | None:
        """Of all of them; None: there are none."""
        took = sorted((write.done_at - write.sent_at) * 1000 for write in writes)
        if not took:
            return None
        return cls(
            count=len(took),
            p50_ms=percentile(took, 50),
            p99_ms=percentile(took, 99),
            longest_ms=took[-1],
        )

    def __str__(self) -> str:
        """``6ms / 167ms``."""
        return f"{format_duration(self.p50_ms / 1000)} / {format_duration(self.p99_ms / 1000)}"

    def to_json(self) -> dict[str, float]:
        """In milliseconds, to the microsecond."""
        return {
            "count": self.count,
            "p50": round(self.p50_ms, 3),
            "p99": round(self.p99_ms, 3),
            "max": round(self.longest_ms, 3),
        }


@dataclass(frozen=True, kw_only=True)
class WriteTimes:
    """Of the acknowledged writes that were over before a fault began and that no other fault was
    on beside, and of those that ran while it was on, for a part of their time at least."""

    before: Took
    during: Took
    failed: Took | None = field(default=None)
    """Of those that ran while it was on and were not acknowledged; None: there were none."""

    @classmethod
    def around(
        cls, writes: Sequence[Write], *on: Span, others: Sequence[Span] = ()
    ) -> WriteTimes | None:
        """Around one fault, or all of a day. ``others``: when other faults of the run were on: what
        a write took then is theirs, and nothing to compare with. None: none was acknowledged
        before, or none meanwhile."""
        if not on or not writes:
            return None
        begin = min(since for since, _ in on)
        known = begin - min(_KNOWN_S, (begin - min(write.sent_at for write in writes)) / 2)
        meanwhile = [write for write in writes if _ran(write, on)]
        before = Took.of(
            write
            for write in writes
            if write.done_at < known and write.outcome == "acknowledged" and not _ran(write, others)
        )
        during = Took.of(write for write in meanwhile if write.outcome == "acknowledged")
        failed = Took.of(write for write in meanwhile if write.outcome != "acknowledged")
        if before is None or during is None:
            return None
        return cls(before=before, during=during, failed=failed)

    @property
    def longer_ms(self) -> float:
        """By how much the median of a write was longer while it was on."""
        return self.during.p50_ms - self.before.p50_ms

    def __str__(self) -> str:
        """For people: the median and p99 of each, and how many were not acknowledged."""
        told = f"before {self.before}; during {self.during}"
        if self.failed is None:
            return told
        in_ = format_duration(self.failed.p50_ms / 1000)
        return f"{told}, and {self.failed.count} not acknowledged, which took {in_} (p50)"

    def to_json(self) -> Mapping[str, Any]:
        """As ``write_ms`` in a verdict."""
        failed = {"failed": self.failed.to_json()} if self.failed else {}
        return {"before": self.before.to_json(), "during": self.during.to_json(), **failed}


def _ran(write: Write, spans: Sequence[Span]) -> bool:
    return any(write.done_at >= since and write.sent_at <= until for since, until in spans)
