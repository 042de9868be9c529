"""The figures that a game day's assertions are about, and their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.chaos.end import End
from sdctl.chaos.life import Life
from sdctl.judge.intervals import percentile
from sdctl.judge.ledger import Write
from sdctl.load import assertions
from sdctl.load.assertions import LOAD, Grammar

_PERCENTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "max": 100.0}
_KEYS = (
    "lost", "duplicated", "altered", "broken_promises", "unfinished", "dead", "undelivered",
    "notified_twice",
)  # fmt: skip
_COUNTS = (*_KEYS, "acknowledged", "recovered", "stale")

STEADY = Grammar(
    times=tuple(_PERCENTILES),
    counts=("ok", "failed", "unknown"),
    rates=("achieved",),
    shares=("error_rate",),
    allowed=(
        "write p99<100ms (p50 p90 p95 p99 max, with a unit, of how long writes took), "
        "failed=0 (ok failed unknown), achieved>=95, error_rate<1%"
    ),
)
"""Of a few seconds in which nothing is broken."""
DAY = LOAD.with_(
    Grammar(
        times=("rto",),
        counts=_COUNTS,
        allowed=f"write rto<5s (the longest time without writes), lost=0 ({' '.join(_COUNTS)})",
    )
)
"""Of the whole day."""


def of_window(
    writes: Sequence[Write], ticks: Sequence[Mapping[str, Any]], begin: float, end: float
) -> dict[str, float | None]:
    """Pure: the values of ``STEADY`` between two moments. ``ticks``: those within, with counts that
    grow. Writes count where they ended, as the load counts its requests: one that takes longer than
    the window begins before it. ``achieved`` is of answers alone, as the load has it."""
    took = sorted(
        (write.done_at - write.sent_at) * 1000 for write in writes if begin <= write.done_at <= end
    )
    found: dict[str, float | None] = {
        name: percentile(took, share) if took else None for name, share in _PERCENTILES.items()
    }
    if len(ticks) < 2:
        return {**found, **dict.fromkeys(("ok", "failed", "unknown", "achieved", "error_rate"))}
    first, last = ticks[0], ticks[-1]
    counts = {name: float(last[name] - first[name]) for name in ("ok", "failed", "unknown")}
    sent, span = sum(counts.values()), last["at_s"] - first["at_s"]
    answers = sum(tick["achieved_rps"] * tick["span_s"] for tick in ticks[1:])
    return {
        **found,
        **counts,
        "achieved": answers / span if span > 0 else None,
        "error_rate": (counts["failed"] + counts["unknown"]) / sent if sent else None,
    }


def of_day(end: End, lives: Sequence[Life]) -> dict[str, float | None]:
    """Pure: the values of ``DAY``. All faults are judged by the same stores and the same load."""
    audit, result = end.reading.audit, end.result
    outages = [end.outages[life.record.id] for life in lives if life.fault.ending.stops_writes]
    known = [outage.seconds * 1000 for outage in outages if outage is not None]
    found: dict[str, float | None] = {
        "rto": max(known) if known and len(known) == len(outages) else None,
        "stale": None if result is None else result.stale_reads,
        "acknowledged": None if audit is None else audit.acknowledged,
        "recovered": None if audit is None else len(audit.recovered),
        **{name: None if audit is None else len(getattr(audit, name)) for name in _KEYS},
    }
    measured = (*LOAD.times, *LOAD.counts, *LOAD.rates, *LOAD.shares)
    return found | {
        name: None if result is None else assertions.figure(name, result) for name in measured
    }
