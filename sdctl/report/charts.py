"""Which charts a run's report has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.report.chart import Chart, Series, Shape, Span, chart
from sdctl.report.figures import Figures
from sdctl.report.material import Material
from sdctl.verdict import PHASES

_AROUND_S = 3.0
_BINS = 200


def charts(material: Material, figures: Figures) -> tuple[Chart, ...]:
    """Latency and rates over the whole run, acknowledged writes around the fault."""
    found = []
    spans = _spans(material, figures)
    ticks = [each for each in material.series if each["span_s"] > _REST_S]
    if ticks:
        found += [
            _latency(ticks, spans),
            _rates(ticks, spans),
        ]
    if material.writes:
        found.append(_acknowledged(material, figures, spans))
    return tuple(found)


_REST_S = 0.25
"""Ticks shorter than this are what is left after the last answer: no rate can be told from them."""


def _spans(material: Material, figures: Figures) -> list[Span]:
    fault, spans = material.fault, []
    end = max((each.done_at for each in material.writes), default=0.0)
    if fault is not None and fault.injected_s is not None:
        healed = end if fault.healed_s is None else fault.healed_s
        spans.append(Span(f"{fault.title}, until healed", "fault", fault.injected_s, healed))
    if figures.outage is not None:
        name = f"writes stopped: {figures.outage.seconds:.3g} s"
        spans.append(Span(name, "silence", figures.outage.since, figures.outage.until))
    return spans


def _latency(ticks: Sequence[Mapping[str, Any]], spans: Sequence[Span]) -> Chart:
    lines = [
        _line(ticks, "p50", "one", "p50_ms"),
        _line(ticks, "p99", "two", "p99_ms"),
        _line(ticks, "service p99", "three", "service_p99_ms"),
    ]
    lines = [line for line in lines if any(each is not None for each in line.values)]
    return chart("Response time", "ms", lines, within=_within(ticks), spans=spans)


def _rates(ticks: Sequence[Mapping[str, Any]], spans: Sequence[Span]) -> Chart:
    lines = [
        _line(ticks, "target", "target", "target_rps"),
        _rate(ticks, "ok", "one", ("ok",)),
        _rate(ticks, "failed or unanswered", "bad", ("failed", "unknown")),
    ]
    return chart("Requests", "a second", lines, within=_within(ticks), spans=spans)


def _rate(ticks: Sequence[Mapping[str, Any]], name: str, css: str, keys: Sequence[str]) -> Series:
    """A second's share of counts that grow from the start."""
    counts = [0, *(sum(tick[key] for key in keys) for tick in ticks)]
    rates = [
        (after - before) / tick["span_s"]
        for before, after, tick in zip(counts, counts[1:], ticks, strict=False)
    ]
    return Series(name, css, [each["at_s"] for each in ticks], rates)


def _line(ticks: Sequence[Mapping[str, Any]], name: str, css: str, key: str) -> Series:
    return Series(name, css, [each["at_s"] for each in ticks], [each[key] for each in ticks])


def _within(ticks: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    return 0.0, max(ticks[-1]["at_s"], 1.0)


def _acknowledged(material: Material, figures: Figures, spans: Sequence[Span]) -> Chart:
    """From shortly before the fault until shortly after service was back, or the whole run."""
    acks = [each.done_at for each in material.writes if each.outcome == "acknowledged"]
    start, end = 0.0, max([*acks, 1.0])
    if figures.outage is not None:
        around = max(_AROUND_S, figures.outage.seconds / 2)
        start = max(start, figures.outage.since - around)
        end = min(end, figures.outage.until + around)
    width = (end - start) / _BINS
    heaps = Counter(int((at - start) / width) for at in acks if start <= at < end)
    places = [start + number * width for number in range(_BINS)]
    counts = [heaps[number] / width for number in range(_BINS)]
    bars = Series("writes a second", "one", places, [round(each, 1) for each in counts])
    title = "Acknowledged writes" + (" around the fault" if figures.outage else "")
    return chart(title, "a second", [], within=(start, end), spans=spans, bars=bars)


def phase_bar(phases_ms: Mapping[str, float | None], width: float) -> tuple[Shape, ...]:
    """The phases of a recovery side by side, each as long as it took; empty if none is known."""
    known = [(name, ms) for name in PHASES if (ms := phases_ms.get(name)) is not None]
    total = sum(ms for _, ms in known)
    found, at = [], 0.0
    for name, ms in known if total > 0 else ():
        share = ms / total * width
        found.append(Shape(f"{name} {ms:.0f} ms", name, round(at, 2), 0, round(share, 2), 28))
        at += share
    return tuple(found)
