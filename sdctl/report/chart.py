"""Charts as geometry: pure; the page's template turns it into SVG. Lengths are SVG units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sdctl.foundation.digits import in_digits
from sdctl.report.axis import Axis, Mark, round_step

WIDTH, HEIGHT = 860, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 22, 26


@dataclass(frozen=True)
class Series:
    """Values over seconds; None where there is none, which leaves a gap."""

    name: str
    css: str
    at_s: Sequence[float]
    values: Sequence[float | None]


@dataclass(frozen=True)
class Span:
    """A stretch of time that is marked, and how that is called in a word or two."""

    name: str
    css: str
    start_s: float
    end_s: float
    label: str = ""


@dataclass(frozen=True)
class Shape:
    """A rectangle with its name, and what is written in it."""

    name: str
    css: str
    x: float
    y: float
    width: float
    height: float
    label: str = ""
    lane: int = 0
    """Of those that are on at the same time each has its own, the first one the lowest."""


@dataclass(frozen=True)
class Line:
    """An SVG path with its name."""

    name: str
    css: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything the template draws."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    bands: tuple[Shape, ...]
    bars: tuple[Shape, ...]
    hovers: tuple[Shape, ...]
    """Unseen columns whose names are what a pointer over them shows."""
    x_marks: tuple[Mark, ...]
    y_marks: tuple[Mark, ...]
    height: float = HEIGHT

    @property
    def above(self) -> float:
        """What the lanes of its bands need above it."""
        return LANE * max((band.lane for band in self.bands), default=0)


def chart(
    title: str,
    unit: str,
    series: Sequence[Series],
    *,
    within: tuple[float, float],
    spans: Sequence[Span] = (),
    bars: Series | None = None,
    most: float | None = None,
) -> Chart:
    """``within``: the seconds it covers. ``most``: the scale's end where that is known; else it is
    what the values need, logarithmic where they differ by 50 and more."""
    x = Axis(*within, LEFT, WIDTH - RIGHT, log=False)
    y = (
        Axis(0, most, HEIGHT - BOTTOM, TOP, log=False)
        if most is not None
        else _upwards(
            [value for drawn in (*series, *([bars] if bars else [])) for value in drawn.values]
        )
    )
    return Chart(
        title=title,
        unit=unit,
        lines=tuple(Line(line.name, line.css, _path(line, x, y)) for line in series),
        bands=_bands([span for span in spans if span.end_s > within[0]], x),
        bars=_bars(bars, x, y) if bars else (),
        hovers=_hovers(series, x, unit),
        x_marks=tuple(Mark(mark.at, f"{mark.text} s") for mark in x.marks()),
        y_marks=y.marks(),
    )


def in_rows(drawn: Chart) -> Chart:
    """A chart without values: its spans under each other, each below its name."""
    bands = tuple(
        replace(band, y=number * _ROW + _NAME, height=_ROW - _NAME - 8, label=band.name, lane=0)
        for number, band in enumerate(drawn.bands)
    )
    return replace(drawn, bands=bands, y_marks=(), height=_ROW * len(bands) + BOTTOM)


def _upwards(values: Sequence[float | None]) -> Axis:
    known = [value for value in values if value is not None]
    above = [value for value in known if value > 0]
    high = max(above, default=1.0)
    log = bool(above) and len(above) == len(known) and high / min(above) >= _FAR_APART
    if log:
        low, high = 10 ** math.floor(math.log10(min(above))), 10 ** math.ceil(math.log10(high))
        return Axis(low, high, HEIGHT - BOTTOM, TOP, log=True)
    if all(float(value).is_integer() for value in known):
        # of things that are counted there are no halves
        high = max(high, _COUNTED)
    step = round_step(high)
    return Axis(0, math.ceil(high / step) * step, HEIGHT - BOTTOM, TOP, log=False)


_FAR_APART = 50
_COUNTED = 5.0


def _path(series: Series, x: Axis, y: Axis) -> str:
    words, pen = [], "M"
    for at, value in zip(series.at_s, series.values, strict=True):
        if value is None:
            pen = "M"
            continue
        words.append(f"{pen}{x.place(at)} {y.place(value)}")
        pen = "L"
    return "".join(words)


def _bands(spans: Sequence[Span], x: Axis) -> tuple[Shape, ...]:
    """One a span; those of one kind that overlap are in lanes of their own."""
    found: list[Shape] = []
    for span in spans:
        start, end = x.place(span.start_s), x.place(span.end_s)
        width, height = max(end - start, 1.0), HEIGHT - TOP - BOTTOM
        label = span.label if width >= len(span.label) * LETTER else ""
        taken = {
            other.lane
            for other in found
            if other.css == span.css and other.x < start + width and start < other.x + other.width
        }
        lane = min(set(range(len(taken) + 1)) - taken)
        shape = Shape(span.name, span.css, start, TOP, round(width, 2), height, label, lane)
        found.append(shape)
    return tuple(found)


LANE = 18
"""High enough for a bar and its label."""
_ROW = 34
_NAME = 16
"""Of a row so much is above its bar, for its name."""
LETTER = 7.0
"""A letter is no wider."""


def _bars(series: Series, x: Axis, y: Axis) -> tuple[Shape, ...]:
    """One a value, each as wide as the gap to the next."""
    floor, found = HEIGHT - BOTTOM, []
    gap = series.at_s[1] - series.at_s[0] if len(series.at_s) > 1 else 1.0
    for at, value in zip(series.at_s, series.values, strict=True):
        if value:
            left, top = x.place(at), y.place(value)
            width = max(x.place(at + gap) - left - 0.5, 0.5)
            name = f"{_moment(at, gap)}: {in_digits(value, 2)} {series.name}"
            found.append(Shape(name, series.css, left, top, round(width, 2), floor - top))
    return tuple(found)


def _hovers(series: Sequence[Series], x: Axis, unit: str) -> tuple[Shape, ...]:
    if not series or len(series[0].at_s) > _MOST_HOVERS:
        return ()
    found, left, places = [], float(LEFT), series[0].at_s
    gap = places[1] - places[0] if len(places) > 1 else 1.0
    for number, at in enumerate(places):
        parts = [
            f"{line.name} {_number(value)} {unit}"
            for line in series
            if (value := line.values[number]) is not None
        ]
        right = x.place(at)
        if right > left:
            name, height = f"{_moment(at, gap)}: {', '.join(parts)}", HEIGHT - TOP - BOTTOM
            found.append(Shape(name, "hover", left, TOP, round(right - left, 2), height))
        left = right
    return tuple(found)


_MOST_HOVERS = 1200


def _number(value: float) -> str:
    """Three digits: no figure on the page is truer."""
    return in_digits(value, 3)


def _moment(at_s: float, gap_s: float) -> str:
    """With no more digits than it takes to tell it from the one that is so far away."""
    return f"{at_s:.{max(math.ceil(-math.log10(gap_s)), 0) if gap_s > 0 else 0}f} s"
