"""Trials as dots over a scale of time, as geometry: pure. Lengths are SVG units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import Summary, drawn_span
from sdctl.report.axis import Axis, Mark, round_step
from sdctl.report.chart import WIDTH

_LEFT, _RIGHT, _RADIUS, _ROW = 110, 24, 5.0, 24


@dataclass(frozen=True)
class Dot:
    """A trial; ``css`` is its verdict."""

    x: float
    y: float
    css: str
    name: str


@dataclass(frozen=True)
class Range:
    """A range under the dots, with a stroke at its middle if it has one."""

    name: str
    y: float
    path: str


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Everything the template draws."""

    unit: str
    width: int
    height: float
    floor: float
    radius: float
    marks: tuple[Mark, ...]
    dots: tuple[Dot, ...]
    spans: tuple[Range, ...]


def strip(trials: Sequence[Trial], summary: Summary) -> Strip | None:
    """Each measured trial as a dot, the median's interval and the predicted band under them; None
    when none was measured."""
    if not summary.rto_ms:
        return None
    ranges: list[tuple[str, float, float, float | None]] = []
    if summary.interval:
        interval = summary.interval
        ranges.append(("median, 95%", interval.low, interval.high, summary.median_ms))
    if band := summary.drawn:
        ranges.append(("predicted", band.low_ms or 0.0, band.high_ms, None))
    axis = _axis([*summary.rto_ms, *(end for _, low, high, _ in ranges for end in (low, high))])
    measured = [
        (axis.place(trial.rto_ms), number, trial)
        for number, trial in enumerate(trials, 1)
        if trial.rto_ms is not None
    ]
    measured.sort(key=lambda dot: dot[:2])
    rows = _rows([x for x, _, _ in measured])
    floor = (max(rows) + 1) * 2 * _RADIUS + 24
    return Strip(
        unit="ms",
        width=WIDTH,
        height=floor + 26 + _ROW * len(ranges),
        floor=floor,
        radius=_RADIUS - 0.5,
        marks=tuple(Mark(mark.at, f"{mark.text} ms") for mark in axis.marks()),
        dots=tuple(
            Dot(
                x,
                floor - (2 * row + 1) * _RADIUS,
                trial.judgement,
                f"trial {number}: {trial.rto_ms:.0f} ms, {trial.target}, {trial.judgement}",
            )
            for (x, number, trial), row in zip(measured, rows, strict=True)
        ),
        spans=tuple(
            _range(axis, floor + 36 + _ROW * place, *span) for place, span in enumerate(ranges)
        ),
    )


def _rows(places: Sequence[float]) -> list[int]:
    """For each place, in order, the lowest row in which its dot touches no other."""
    ends: list[float] = []
    rows = []
    for place in places:
        row = next((n for n, end in enumerate(ends) if end <= place - 2 * _RADIUS), len(ends))
        ends[row : row + 1] = [place]
        rows.append(row)
    return rows


def _axis(values: Sequence[float]) -> Axis:
    """From one round value to another, with all of ``values`` in between."""
    low, high = drawn_span(values)
    step = round_step(high - low or high or 1.0)
    bottom, top = low // step * step, -(-high // step) * step
    return Axis(bottom, max(top, bottom + step), _LEFT, WIDTH - _RIGHT, log=False)


def _range(axis: Axis, y: float, name: str, low: float, high: float, middle: float | None) -> Range:
    ends = "".join(f"M{axis.place(end)} {y - 5}v10" for end in (low, high))
    stroke = "" if middle is None else f"M{axis.place(middle)} {y - 8}v16"
    return Range(name, y, f"{ends}M{axis.place(low)} {y}H{axis.place(high)}{stroke}")
