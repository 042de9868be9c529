"""The lines of a run's charts, from the load's ticks and from samples of the stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from sdctl.report.chart import Series


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


def messages(samples: Sequence[Mapping[str, Any]]) -> list[Series]:
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
