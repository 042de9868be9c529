"""How long writes took, before a fault and while it was on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.foundation.units import format_duration
from sdctl.judge.attribution import Span
from sdctl.judge.intervals import percentile
from sdctl.judge.ledger import Write


@dataclass(frozen=True, kw_only=True)
class Took:
    """How long some writes took, each from when it was sent. In milliseconds."""

    count: int
    p50_ms: float
    p99_ms: float
    longest_ms: float

    @classmethod
    def of(cls, writes: Iterable[Write]) -> Took | None:
        """Of all of them, however they ended; None: there are none."""
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
    """Of the writes that were over before a fault began, and of those that ran while it was on, for
    a part of their time at least."""

    before: Took
    during: Took

    @classmethod
    def around(cls, writes: Sequence[Write], on: Span) -> WriteTimes | None:
        """None: there was none before it, or none while it was on."""
        begin, end = on
        before = Took.of(write for write in writes if write.done_at < begin)
        during = Took.of(
            write for write in writes if write.done_at >= begin and write.sent_at <= end
        )
        return None if before is None or during is None else cls(before=before, during=during)

    def __str__(self) -> str:
        """For people: the median and p99 of each."""
        return f"before {self.before}; during {self.during}"

    def to_json(self) -> Mapping[str, Any]:
        """As ``write_ms`` in a verdict."""
        return {"before": self.before.to_json(), "during": self.during.to_json()}
