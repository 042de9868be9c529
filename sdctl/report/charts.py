"""Which charts a run's report has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from sdctl.judge.fault_timing import PHASE_NAMES
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
            chart("Response time", "ms", latencies(ticks), within=within, spans=spans),
            chart("Requests", "a second", rates(ticks), within=within, spans=spans),
        ]
    if lines := hits(material.samples):
        unit = "% of reads"
        found.append(chart("Cache", unit, lines, within=within, spans=spans, most=100))
    if lines := _messages(material.samples):
        found.append(chart("Messages", _COUNTED, lines, within=within, spans=spans))
    if lines := replicas(material.samples):
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
            name = f"writes stopped: {outage.seconds:.3g} s"
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


def latencies(ticks: Sequence[Mapping[str, Any]]) -> list[Series]:
    """Response times by kind, where a load has both, and the service time."""
    kinds = [
        _line(ticks, f"{kind} p99", css, f"{kind[:-1]}_p99_ms")
        for kind, css in (("reads", "two"), ("writes", "bad"))
    ]
    apart = all(any(value is not None for value in line.values) for line in kinds)
    lines = [
        _line(ticks, "p50", "one", "p50_ms"),
        *(kinds if apart else [_line(ticks, "p99", "two", "p99_ms")]),
        _line(ticks, "service p99", "three", "service_p99_ms"),
    ]
    return [line for line in lines if any(value is not None for value in line.values)]


def rates(ticks: Sequence[Mapping[str, Any]]) -> list[Series]:
    """Reads and writes apart, where both were sent and told apart."""
    target = _line(ticks, "target", "target", "target_rps")
    if not any(tick.get("reads_ok") or tick.get("reads_bad") for tick in ticks):
        return [target, *_both(ticks, "", "one", "bad", ("ok",), ("failed", "unknown"))]
    told = [
        {
            **tick,
            "writes_ok": tick["ok"] - tick["reads_ok"],
            "writes_bad": tick["failed"] + tick["unknown"] - tick["reads_bad"],
        }
        for tick in ticks
    ]
    return [
        target,
        *_both(told, "writes ", "one", "bad", ("writes_ok",), ("writes_bad",)),
        *_both(told, "reads ", "three", "two", ("reads_ok",), ("reads_bad",)),
    ]


def _both(
    ticks: Sequence[Mapping[str, Any]],
    what: str,
    good: str,
    bad: str,
    ok: Sequence[str],
    failed: Sequence[str],
) -> Iterator[Series]:
    yield _rate(ticks, f"{what}ok", good, ok)
    lost = _rate(ticks, f"{what}failed or unknown", bad, failed)
    if any(lost.values):
        yield lost


def _messages(samples: Sequence[Mapping[str, Any]]) -> list[Series]:
    """What waits, what waits for its next attempt, and what is dead; and attempts so far. Empty
    where no queue was seen."""
    names = (("waiting", "one"), ("retrying", "two"), ("dead", "bad"))
    at = [sample["s"] for sample in samples]
    lines = [Series(name, css, at, [sample.get(name) for sample in samples]) for name, css in names]
    if all(value is None for value in lines[0].values):
        return []
    retries = list(accumulate(more or 0 for more in _growth(samples, "retried")))
    lines.append(Series("tried again so far", "three", at, retries))
    return [lines[0], *(line for line in lines[1:] if any(line.values))]


def replicas(samples: Sequence[Mapping[str, Any]]) -> list[Series]:
    """How many replicas were ready, of the tiers where that changed."""
    names = sorted({key for sample in samples for key in sample if key.endswith("_ready")})
    found = []
    for name, css in zip(names, ("one", "three"), strict=False):
        counts = [sample.get(name) for sample in samples]
        if len(set(counts) - {None}) > 1:
            at = [sample["s"] for sample in samples]
            found.append(Series(name.removesuffix("_ready"), css, at, counts))
    return found


def hits(samples: Sequence[Mapping[str, Any]]) -> list[Series]:
    """How much of what was read between two samples the cache had. Empty where nothing was."""
    pairs = zip(_growth(samples, "hits"), _growth(samples, "misses"), strict=True)
    shares = [
        None
        if hits is None or misses is None or not hits + misses
        else 100 * hits / (hits + misses)
        for hits, misses in pairs
    ]
    at = [sample["s"] for sample in samples]
    known = any(share is not None for share in shares)
    return [Series("reads that the cache answered", "one", at, shares)] if known else []


def _growth(samples: Sequence[Mapping[str, Any]], name: str) -> list[float | None]:
    """By how much a count grew since the sample before. None: it is not told, or whoever counts
    began anew."""
    found: list[float | None] = []
    before: float | None = None
    for sample in samples:
        now = sample.get(name)
        grown = None if now is None or before is None else now - before
        found.append(None if grown is not None and grown < 0 else grown)
        before = now
    return found


def _rate(ticks: Sequence[Mapping[str, Any]], name: str, css: str, keys: Sequence[str]) -> Series:
    """A tick's share of counts that grow from the start."""
    counts = [0, *(sum(tick[key] for key in keys) for tick in ticks)]
    rates = [
        (after - before) / tick["span_s"]
        for before, after, tick in zip(counts, counts[1:], ticks, strict=False)
    ]
    return Series(name, css, [tick["s"] for tick in ticks], rates)


def _line(ticks: Sequence[Mapping[str, Any]], name: str, css: str, key: str) -> Series:
    return Series(name, css, [tick["s"] for tick in ticks], [tick.get(key) for tick in ticks])


def _acknowledged(material: Material, within: tuple[float, float], spans: Sequence[Span]) -> Chart:
    """How many writes were acknowledged, finely: an outage is a gap."""
    acks = [write.done_at for write in material.writes if write.outcome == "acknowledged"]
    # as fine as leaves some writes in each: fewer would look like gaps that there are not
    bins = max(min(len(acks) // _IN_EACH, _BINS), _FEWEST_BINS)
    width = within[1] / bins
    heaps = Counter(int(at / width) for at in acks)
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
