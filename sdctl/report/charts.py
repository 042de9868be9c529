"""Which charts a run's report has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.judge.verdict import PHASES
from sdctl.report.chart import Chart, Series, Shape, Span, chart
from sdctl.report.figures import Figures
from sdctl.report.material import Material

_BINS = 260


def charts(material: Material, figures: Figures) -> tuple[Chart, ...]:
    """All over the whole run, on one axis: what happened at one moment stands in one line."""
    ticks = [tick for tick in material.series if tick["span_s"] > _REST_S]
    within = 0.0, max(_ends(material, ticks))
    spans = _spans(material, figures, within[1])
    found: list[Chart] = []
    if material.writes:
        found.append(_acknowledged(material, within, spans))
    if ticks:
        found += [
            chart("Response time", "ms", _latency(ticks), within=within, spans=spans),
            chart("Requests", "a second", _rates(ticks), within=within, spans=spans),
        ]
    if material.samples:
        lines = _messages(material.samples)
        found.append(chart("Messages", "in the queue", lines, within=within, spans=spans))
    return tuple(found)


_REST_S = 0.25
"""Ticks shorter than this are what is left after the last answer: no rate can be told from them."""


def _ends(material: Material, ticks: Sequence[Mapping[str, Any]]) -> list[float]:
    """The last moments of everything that is drawn."""
    fault = material.fault
    return [
        1.0,
        *(sample["s"] for sample in (*ticks[-1:], *material.samples[-1:])),
        max((write.done_at for write in material.writes), default=0.0),
        *([fault.healed_s] if fault is not None and fault.healed_s is not None else []),
    ]


def _spans(material: Material, figures: Figures, end: float) -> list[Span]:
    fault, spans = material.fault, []
    if fault is not None and fault.injected_s is not None:
        healed = end if fault.healed_s is None else fault.healed_s
        spans.append(Span(f"{fault.title}, until healed", "fault", fault.injected_s, healed))
    if figures.outage is not None:
        name = f"writes stopped: {figures.outage.seconds:.3g} s"
        spans.append(Span(name, "silence", figures.outage.since, figures.outage.until))
    return spans


def _latency(ticks: Sequence[Mapping[str, Any]]) -> list[Series]:
    lines = [
        _line(ticks, "p50", "one", "p50_ms"),
        _line(ticks, "p99", "two", "p99_ms"),
        _line(ticks, "service p99", "three", "service_p99_ms"),
    ]
    return [line for line in lines if any(value is not None for value in line.values)]


def _rates(ticks: Sequence[Mapping[str, Any]]) -> list[Series]:
    lines = [
        _line(ticks, "target", "target", "target_rps"),
        _rate(ticks, "ok", "one", ("ok",)),
        _rate(ticks, "failed or unknown", "bad", ("failed", "unknown")),
    ]
    if ticks[-1].get("reads_ok") is not None:
        lines.append(_rate(ticks, "reads, ok", "three", ("reads_ok",)))
    return lines


def _messages(samples: Sequence[Mapping[str, Any]]) -> list[Series]:
    """What waits, what waits for its next attempt, and what is dead; and attempts so far."""
    names = (("waiting", "one"), ("retrying", "two"), ("dead", "bad"))
    at = [sample["s"] for sample in samples]
    lines = [Series(name, css, at, [sample.get(name) for sample in samples]) for name, css in names]
    first = next((sample["retried"] for sample in samples if "retried" in sample), 0)
    retries = [sample["retried"] - first if "retried" in sample else None for sample in samples]
    lines.append(Series("tried again so far", "three", at, retries))
    return [line for line in lines if any(line.values)] or lines[:1]


def _rate(ticks: Sequence[Mapping[str, Any]], name: str, css: str, keys: Sequence[str]) -> Series:
    """A tick's share of counts that grow from the start."""
    counts = [0, *(sum(tick[key] for key in keys) for tick in ticks)]
    rates = [
        (after - before) / tick["span_s"]
        for before, after, tick in zip(counts, counts[1:], ticks, strict=False)
    ]
    return Series(name, css, [tick["s"] for tick in ticks], rates)


def _line(ticks: Sequence[Mapping[str, Any]], name: str, css: str, key: str) -> Series:
    return Series(name, css, [tick["s"] for tick in ticks], [tick[key] for tick in ticks])


def _acknowledged(material: Material, within: tuple[float, float], spans: Sequence[Span]) -> Chart:
    """How many writes were acknowledged, finely: an outage is a gap."""
    acks = [write.done_at for write in material.writes if write.outcome == "acknowledged"]
    width = within[1] / _BINS
    heaps = Counter(int(at / width) for at in acks)
    places = [number * width for number in range(_BINS)]
    counts = [heaps[number] / width for number in range(_BINS)]
    bars = Series("writes a second", "one", places, [round(count, 1) for count in counts])
    return chart("Acknowledged writes", "a second", [], within=within, spans=spans, bars=bars)


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
