"""What a fault should come to, said before it is measured, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import with_unit

COMPARED = {True: "as predicted", False: "NOT as predicted", None: "could not be compared"}
"""In words, whether it came as predicted."""
_TIMES_DO_NOT_COUNT = "times do not count here"
_OVER_EARLY = "the fault was over before its time"


def in_words(holds: bool | None, why_not: str = "") -> str:
    """Whether it came as predicted, and why nobody can tell: ``could not be compared (the fault was
    over before its time)``."""
    return f"{COMPARED[holds]} ({why_not})" if holds is None and why_not else COMPARED[holds]


def why_not_compared(times_count: bool | None, meanwhile: str, otherwise: str = "") -> str:
    """Why a figure is compared with nothing, for every row that tells one: it is a time of a run
    whose times do not count, or another fault was on ``meanwhile``; else ``otherwise``."""
    if times_count is False:
        return _TIMES_DO_NOT_COUNT
    return f"another fault of the day was on meanwhile: {meanwhile}" if meanwhile else otherwise


_TIMES = ("ms", "s")
_A_SECOND = "/s"
"""How the unit of a rate ends: what is done in a second depends on the machine, as a time does."""
DEAD_LETTERS = "dead letters"
"""The figure that tells how many orders fail for good."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """A figure that was predicted from ``low`` to ``high`` (both in, None: no such end), in
    ``unit``, and then ``measured`` (None: it was not)."""

    what: str
    low: float | None
    high: float | None
    unit: str = ""
    why: str
    """The arithmetic in words."""
    measured: float | None = None
    counts: bool = True
    """False: a time or a rate of a run whose times do not count: it is compared with nothing."""

    cut_short: bool = False
    """The fault was over before its time: less than was predicted tells nothing."""
    meanwhile: str = ""
    """What else was on meanwhile and was not reckoned with, such as ``f-5 kill-leader``: then it is
    compared with nothing. Empty: nothing."""

    def in_run(self, times_count: bool | None, *, cut_short: bool) -> Expectation:
        """Of a run whose times count, or do not, and whose fault had its time, or had not."""
        is_time = self.unit in _TIMES or self.unit.endswith(_A_SECOND)
        counts = times_count is not False or not is_time
        return replace(self, counts=counts, cut_short=cut_short)

    @property
    def holds(self) -> bool | None:
        """Whether it came as predicted; None: nothing to compare."""
        if self.measured is None or not self.counts or self.meanwhile or self.open:
            return None
        if self.low is not None and self.measured < self.low:
            return None if self.cut_short else False
        return self.high is None or self.measured <= self.high

    @property
    def open(self) -> bool:
        """Whether it may come to anything: then it is measured, and nothing is predicted."""
        return self.low is None and self.high is None

    @property
    def label(self) -> str:
        """What a row with it is called."""
        return "not predicted" if self.open else "predicted"

    @property
    def range(self) -> str:
        """Such as ``0``, ``3 to 5 s``, ``at most 120``; empty where it may come to anything."""
        low, high = self.low, self.high
        if low is None or high is None:
            end, word = (high, "at most") if low is None else (low, "at least")
            return "" if end is None else f"{word} {self._told(end)}"
        if low == high:
            return self._told(low)
        return f"{_apart(low)} to {self._told(high)}"

    @property
    def found(self) -> str:
        """What was measured, for people."""
        return "not measured" if self.measured is None else self._told(self.measured)

    def __str__(self) -> str:
        """``lost writes: 0; measured 0, as predicted``, and where nothing is predicted ``lost
        writes: measured 0``."""
        measured = "" if self.measured is None else "measured "
        if self.open:
            return f"{self.what}: {measured}{self.found}"
        early = _OVER_EARLY if self.cut_short else ""
        why_not = why_not_compared(self.counts, self.meanwhile, early)
        return f"{self.what}: {self.range}; {measured}{self.found}, {in_words(self.holds, why_not)}"

    def to_json(self) -> dict[str, Any]:
        """A member of a verdict's ``expected``."""
        return {
            "what": self.what,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "why": self.why,
            "measured": self.measured,
            "holds": self.holds,
            **({"meanwhile": self.meanwhile} if self.meanwhile else {}),
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Expectation:
        """As it was written down."""
        names = ("what", "low", "high", "unit", "why", "measured")
        known = {name: value[name] for name in names}
        return cls(**known, meanwhile=value.get("meanwhile", ""))

    def _told(self, value: float) -> str:
        return with_unit(_apart(value), self.unit)


def _apart(value: float) -> str:
    """As ``number``, with its thousands apart."""
    return in_digits(value, 3, ",")


def number(value: float) -> str:
    """A figure for people: whole where it is large, three digits where it is small."""
    return in_digits(value, 3)
