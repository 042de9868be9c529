"""Which charts a run's report has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.foundation.units import format_duration
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.report import chart_lines
from sdctl.report.chart import LETTER, Chart, Series, Shape, Span, chart, in_rows
from sdctl.report.figures import Figures
from sdctl.report.material import Material

_BINS, _FEWEST_BINS, _IN_EACH = 260, 20, 6


def charts(material: Material, figures: Figures) -> tuple[Chart, ...]:
    """All over the whole run, on one axis: what happened at one moment stands in one line."""
    ticks = [tick for tick in material.series if tick["span_s"] > _REST_S]
    within = 0.0, max(_ends(material, ticks))
    spans = _spans(material, figures, within[1])
    found: list[Chart] = [_faults(material, within)] if len(material.faults) > 1 else []
    if material.writes:
        found.append(_acknowledged(material, within, spans))
    if ticks:
        found += [
            chart("Response time", "ms", chart_lines.latencies(ticks), within=within, spans=spans),
            chart("Requests", "a second", chart_lines.rates(ticks), within=within, spans=spans),
        ]
    if lines := chart_lines.hits(material.samples):
        unit = "% of reads"
        found.append(chart("Cache", unit, lines, within=within, spans=spans, most=100))
    if lines := chart_lines.messages(material.samples):
        found.append(chart("Messages", _COUNTED, lines, within=within, spans=spans))
    if lines := chart_lines.replicas(material.samples):
        found.append(chart("Replicas", "ready", lines, within=within, spans=spans))
    return tuple(found)


_COUNTED = "in the queue, counted every 5 s"
_REST_S = 0.25
"""Ticks shorter than this are what is left after the last answer: no rate can be told from them."""


def _ends(material: Material, ticks: Sequence[Mapping[str, Any]]) -> list[float]:
    """The last moments of everything that is drawn."""
    healed = [fault.healed_s for fault in material.faults if fault.healed_s is not None]
    return [
        1.0,
        *(sample["s"] for sample in (*ticks[-1:], *material.samples[-1:])),
        max((write.done_at for write in material.writes), default=0.0),
        *healed,
    ]


def _spans(material: Material, figures: Figures, end: float) -> list[Span]:
    spans = []
    several = len(material.faults) > 1
    for fault in material.faults:
        if fault.injected_s is not None:
            healed = end if fault.healed_s is None else fault.healed_s
            name = f"{fault.title}, until healed"
            label = fault.id if several else "fault on"
            spans.append(Span(name, "fault", fault.injected_s, healed, label))
    for outage in figures.outages:
        if outage.seconds:
            name = f"writes stopped: {format_duration(outage.seconds)}"
            spans.append(Span(name, "silence", outage.since, outage.until, "stopped"))
    return spans


def _faults(material: Material, within: tuple[float, float]) -> Chart:
    """One row for each fault of a game day."""
    spans = [
        Span(fault.title, "on", fault.injected_s,
             within[1] if fault.healed_s is None else fault.healed_s, fault.title)
        for fault in material.faults
        if fault.injected_s is not None
    ]  # fmt: skip
    return in_rows(chart("Faults", "when each was on", [], within=within, spans=spans))


def _acknowledged(material: Material, within: tuple[float, float], spans: Sequence[Span]) -> Chart:
    """How many writes were acknowledged, finely: an outage is a gap."""
    acks = [write.done_at for write in material.writes if write.outcome == "acknowledged"]
    # as fine as leaves some writes in each: fewer would look like gaps that there are not
    bins = max(min(len(acks) // _IN_EACH, _BINS), _FEWEST_BINS)
    width = within[1] / bins
    heaps = Counter(min(int(at / width), bins - 1) for at in acks)  # the last is at the very end
    places = [number * width for number in range(bins)]
    counts = [heaps[number] / width for number in range(bins)]
    bars = Series("writes a second", "one", places, [round(count, 1) for count in counts])
    return chart("Acknowledged writes", "a second", [], within=within, spans=spans, bars=bars)


def phase_bar(phases_ms: Mapping[str, float | None], width: float) -> tuple[Shape, ...]:
    """The phases of a recovery side by side, each as long as it took; empty if none is known."""
    known = [(name, ms) for name in PHASE_NAMES if (ms := phases_ms.get(name)) is not None]
    total = sum(ms for _, ms in known)
    found, at = [], 0.0
    for name, ms in known if total > 0 else ():
        share = ms / total * width
        label = name if share >= len(name) * LETTER else ""
        found.append(
            Shape(f"{name} {ms:.0f} ms", name, round(at, 2), 0, round(share, 2), 28, label)
        )
        at += share
    return tuple(found)
