"""An axis of a chart: where a value is, and which values are written at it."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """A place on an axis, with its text."""

    at: float
    text: str


class Axis:
    """From values to places, linear or logarithmic."""

    def __init__(self, low: float, high: float, start: float, end: float, *, log: bool) -> None:
        self.low, self.high, self.log = low, high, log
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        """Where a value is; outside ones at the nearest end."""
        low, high, inside = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, inside = math.log10(low), math.log10(high), math.log10(inside)
        share = (inside - low) / (high - low)
        return round(self._start + share * (self._end - self._start), 2)

    def marks(self) -> tuple[Mark, ...]:
        """Round values, some four to eight of them."""
        return tuple(Mark(self.place(value), f"{value:.10g}") for value in self._values())

    def _values(self) -> list[float]:
        if not self.log:
            step = round_step(self.high - self.low)
            first = math.ceil(self.low / step - 1e-9)
            last = math.floor(self.high / step + 1e-9)
            return [number * step for number in range(first, last + 1)]
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [10.0**power for power in powers if self.low <= 10.0**power <= self.high]


def round_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, of which ``span`` holds about five."""
    power = 10.0 ** math.floor(math.log10(span / 5))
    return next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 7)
