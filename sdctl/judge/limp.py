"""A service that limps: some writes are acknowledged while others fail."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.foundation.units import format_duration, milliseconds
from sdctl.judge.attribution import Span
from sdctl.judge.ledger import Write
from sdctl.judge.outage import ROW, Outage


@dataclass(frozen=True, kw_only=True)
class Limp:
    """The longest time from one failed write to another, both sent while a fault was on, without
    ten acknowledged writes in a row between failed ones. A stop of writes may be a part of it."""

    seconds: float
    acknowledged: int
    """The writes that were acknowledged in it."""
    failed: int
    """Those that were sent in it and were refused, or whose outcome is unknown."""

    @classmethod
    def of(cls, writes: Sequence[Write], on: Span, stop: Outage | None = None) -> Limp | None:
        """None: fewer than ten were acknowledged in it, or it is no longer than the ``stop`` that
        it has a part in: then at most writes stopped."""
        acks = sorted(write.done_at for write in writes if write.outcome == "acknowledged")
        begin, end = on
        failed = sorted(
            write.sent_at
            for write in writes
            if write.outcome != "acknowledged" and begin <= write.sent_at <= end
        )
        longest: Limp | None = None
        first = 0
        for number, at in enumerate(failed):
            over = number + 1 == len(failed) or _count(acks, at, failed[number + 1]) >= ROW
            if not over:
                continue
            since = failed[first]
            found = cls(
                seconds=at - since,
                acknowledged=_count(acks, since, at),
                failed=number + 1 - first,
            )
            first = number + 1
            if stop and since < stop.until and stop.since < at and found.seconds <= stop.seconds:
                continue
            if found.acknowledged >= ROW and (not longest or found.seconds > longest.seconds):
                longest = found
        return longest

    def __str__(self) -> str:
        """``for 18.1s: 290 acknowledged, 1,200 not``."""
        told = format_duration(self.seconds)
        return f"for {told}: {self.acknowledged:,} acknowledged, {self.failed:,} not"

    def to_json(self) -> dict[str, int | None]:
        """As ``failed_in_part`` in a verdict."""
        return {
            "ms": milliseconds(self.seconds),
            "acknowledged": self.acknowledged,
            "failed": self.failed,
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any] | None) -> Limp | None:
        """As ``to_json`` wrote it; None: there was none."""
        if value is None:
            return None
        return cls(
            seconds=value["ms"] / 1000, acknowledged=value["acknowledged"], failed=value["failed"]
        )


def _count(moments: Sequence[float], since: float, until: float) -> int:
    return bisect_right(moments, until) - bisect_left(moments, since)
