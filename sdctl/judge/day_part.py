"""What a game day consists of, as its verdict tells it: a steady state, and faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sdctl.judge.expectation import number
from sdctl.judge.fault_timing import UNCOUNTED, Timing
from sdctl.judge.verdict import Verdict

NOT_MEASURED = "not measured"
NOT_COUNTED = "not judged, as times do not count"
SAME = "which is the same"
"""Of a fault beside which another one, to which this applies, cannot begin."""
NOT_ASKED = "not asked"
"""How long writes stopped by a fault that stops none."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Something that had to be so, and whether it was."""

    expr: str
    ok: bool | None
    """None: it was not measured, or is about times and they do not count."""
    value: float | None
    """In milliseconds where it is a time."""
    metric: str
    is_time: bool = False
    counts: bool = False
    """Whether it is a fact even where the times do not count."""

    def in_run(self, times_count: bool | None) -> Compared:
        """Pure: neither true nor false if it is about times and they do not count."""
        return self if self.counts or times_count is not False else replace(self, ok=None)

    @property
    def why_not_judged(self) -> str:
        """Why ``ok`` is None."""
        return NOT_MEASURED if self.value is None else NOT_COUNTED

    @property
    def seen(self) -> str:
        """The value with its unit, for people."""
        if self.value is None:
            return NOT_MEASURED
        return f"{number(self.value)}{' ms' if self.is_time else ''}"

    def to_json(self) -> dict[str, Any]:
        """A member of ``assertions``."""
        return {"expr": self.expr, "ok": self.ok, "value": self.value}


@dataclass(frozen=True, kw_only=True)
class Steady:
    """The steady state, looked at for some seconds."""

    held: tuple[Compared, ...] = ()
    why: str | None = None
    """Why it could not be looked at; None: it was."""

    @property
    def ok(self) -> bool | None:
        """Whether it was so; None: not all of it was measured."""
        answers = [held.ok for held in self.held]
        if False in answers:
            return False
        return None if self.why is not None or None in answers else True

    def in_run(self, times_count: bool | None) -> Steady:
        """Pure: as ``Compared.in_run``."""
        return replace(self, held=tuple(held.in_run(times_count) for held in self.held))

    def to_json(self) -> dict[str, Any]:
        """As ``steady.before``."""
        return {"ok": self.ok, "why": self.why, "assertions": [x.to_json() for x in self.held]}


@dataclass(frozen=True, kw_only=True)
class DayPart:
    """One fault of the day."""

    kind: str
    name: str
    """Such as ``pause`` or ``pause postgres-1``: what tells it from the others of the day."""
    at_s: float
    """When it was to begin."""
    verdict: Verdict | None = None
    """None: it did not begin."""
    why: str = ""
    """Why not."""
    writes_per_s: float | None = None
    """Acknowledged writes a second while it was on."""

    @property
    def stops_writes(self) -> bool:
        """Whether faults of its kind do, as far as it began."""
        return self.verdict is None or self.verdict.stops_writes

    def to_json(self) -> dict[str, Any]:
        """A member of ``faults``."""
        began = {
            "kind": self.kind,
            "name": self.name,
            "at_s": self.at_s,
            "began": self.verdict is not None,
        }
        if self.verdict is None:
            return {**began, "why": self.why}
        told = self.verdict.to_json()
        rate = None if self.writes_per_s is None else round(self.writes_per_s, 1)
        of_fault = {name: told[name] for name in _OWN if name in told}
        return {**began, **of_fault, "writes_per_s": rate}


_OWN = (
    "fault", "rto_ms", "rto_resolution_ms", "healed_before_ms", "phases_ms", "phases_remark",
    "revoked_ms", "write_ms", "failed_in_part", "failover_ms", "predicted", "published",
    "leader_before", "leader_after", "took_over", "failover", "led_after_ms", "came_back", "alone",
    "ended_by", "unseen", "effects", "messages", "expected", "next_step",
)  # fmt: skip
"""What a verdict says of its fault, not of the whole run."""


def stopped_for(part: DayPart) -> str:
    """For how long writes stopped by one fault of the day, for people."""
    if not part.stops_writes:
        return NOT_ASKED
    verdict = part.verdict
    timing = verdict.timing if verdict else Timing()
    if timing.outage is None:
        return NOT_MEASURED
    counts = "" if verdict is None or verdict.stop_counts else f" ({UNCOUNTED})"
    return f"{timing.outage}{counts}{timing.afterwards}"
