"""Measurements as dots over a scale that is as wide as it may be: each one is seen, and where they
heap."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sdctl.judge.trial_summary import drawn_span

_LABEL = 14
_UNIT = 4
"""Room behind the scale, for the unit of its last number."""
_LEAST, _MOST = 20, 120
"""Columns of the scale: fewer tell nothing, and more dots than that nobody has."""
_HIGH = 6
"""Rows of dots at most; a column with more shows its number on top."""


class Bar(NamedTuple):
    """A labelled range on the scale; with ``mark`` a point in it."""

    label: str
    low: float
    high: float
    mark: float | None = None


def strip(
    values: Sequence[float], bars: Sequence[Bar] = (), *, unit: str, width: int = 80
) -> list[str]:
    """Lines of at most ``width`` columns: dots stacked over a linear scale that holds every value
    and bar, and the bars under it. Empty without values."""
    if not values:
        return []
    ends = [*values, *(bar.low for bar in bars), *(bar.high for bar in bars)]
    first, last = drawn_span(ends)
    step = _step(last - first or last or 1.0)
    wide = min(max(width - _LABEL - _UNIT, _LEAST), _MOST)
    low = math.floor(first / step) * step
    high = max(math.ceil(last / step) * step, low + step)

    def column(value: float) -> int:
        return round((value - low) / (high - low) * (wide - 1))

    heaps = Counter(column(value) for value in values)
    rows = [
        "".join(_dot(heaps[place], height) for place in range(wide)).rstrip()
        for height in range(min(max(heaps.values()), _HIGH), 0, -1)
    ]
    lines = [f"{'':<{_LABEL}}{row}" for row in rows]
    lines += [f"{'':<{_LABEL}}{line}" for line in _scale(low, high, step, unit, wide)]
    lines += [f"{bar.label:<{_LABEL}}{_drawn(bar, column)}" for bar in bars]
    return [line.rstrip() for line in lines]


def _dot(count: int, height: int) -> str:
    if height > count:
        return " "
    if height == _HIGH and count > _HIGH:
        return str(count) if count < 10 else "+"
    return "●"


def _drawn(bar: Bar, column: Callable[[float], int]) -> str:
    first, last = column(bar.low), column(bar.high)
    if first == last:
        return " " * first + "┃"
    inside = ["─"] * (last - first - 1)
    if bar.mark is not None:
        place = column(bar.mark) - first - 1
        if 0 <= place < len(inside):
            inside[place] = "┃"
    return f"{' ' * first}├{''.join(inside)}┤"


def _step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that a span has some four to ten of it."""
    power = 10.0 ** math.floor(math.log10(span / 4))
    return next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= 8)


def _scale(low: float, high: float, step: float, unit: str, wide: int) -> tuple[str, str]:
    line, text = ["─"] * wide, [" "] * (wide + 8)
    count = round((high - low) / step)
    for number in range(count + 1):
        place = round(number / count * (wide - 1))
        line[place] = "┴"
        label = f"{low + number * step:.10g}" + (f" {unit}" if number == count else "")
        start = min(max(place - len(label) // 2, 0), wide + _UNIT - len(label))
        if all(character == " " for character in text[max(start - 1, 0) : start + len(label) + 1]):
            text[start : start + len(label)] = label
    return "".join(line), "".join(text).rstrip()
