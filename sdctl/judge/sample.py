"""What can be compared: a bench's trials, or a load's seconds, as figures of many values each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal

from sdctl.foundation import shape
from sdctl.foundation.errors import UsageError
from sdctl.foundation.json_files import json_of
from sdctl.judge import bench, trial_summary
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.flat_json import flat
from sdctl.judge.intervals import SHORTEST, batch_means
from sdctl.judge.run_shapes import ResultShape
from sdctl.judge.trial import Trial

SampleKind = str
"""``load``, or what a bench's file says that it is."""
_FLAT = (
    "fault",
    "params",
    "tier",
    "how",
    "rps",
    "sdctl",
    "settings",
    "host",
    "workload",
    "target_rps",
    "profile",
    "retries",
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One quantity, measured again and again independently (or nearly so)."""

    name: str
    unit: str
    estimate: Literal["median", "mean"]
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One side of a comparison."""

    kind: SampleKind
    source: str
    facts: Mapping[str, Any]
    """What it was measured with, flat: ``settings.database.ttl``."""
    figures: tuple[Figure, ...]
    caution: str = ""
    """Why its figures should not be believed; empty when nothing is known against them."""

    @property
    def title(self) -> str:
        """What it is, for people: a bench's kind alone does not tell of which fault."""
        return f"a bench of {self.facts['fault']}" if "fault" in self.facts else f"a {self.kind}"


def read(path: Path) -> Sample:
    """From a file of ``sdctl bench FAULT --out`` or of ``sdctl load --out``. ``UsageError``
    for anything else, and for a load too short to tell its seconds' chance."""
    try:
        raw = json_of(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} cannot be read: {why}", hint=_HINT) from None
    try:
        return _sample(raw, path)
    except ValueError as error:
        raise UsageError(f"{path} is damaged: {error}", hint=_HINT) from None
    except (TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise UsageError(f"{path} is damaged: {error!r}", hint=_HINT) from None


def _sample(raw: Any, path: Path) -> Sample:
    kind: SampleKind
    if isinstance(raw, dict) and raw.get("kind") in bench.KINDS:
        read = bench.read(path)
        kind, raw = read.kind, read.to_json()
        figures = tuple(_of_trials(read.trials))
        caution = trial_summary.summarise(read.trials).warning
    elif isinstance(raw, dict) and isinstance(raw.get("series"), list):
        shape.check(raw, ResultShape)
        kind, figures = "load", tuple(_of_series(raw["series"], path))
        caution = _caution(raw)
    else:
        day = isinstance(raw, dict) and "day" in raw
        what = (
            "the result of a game day, not of a bench or a load"
            if day
            else "neither a bench nor a load"
        )
        raise UsageError(f"{path} is {what}", hint=_HINT)
    if kind == "load":
        raw = {**raw, "retries": (raw.get("attempts") or {}).get("retries", 0)}
    # a load's host is what was measured of the machine, a bench's is which machine it was
    names = [name for name in _FLAT if name in raw and not (name == "host" and kind == "load")]
    return Sample(
        kind=kind,
        source=str(path),
        facts=_once(flat({name: raw[name] for name in names})),
        figures=figures,
        caution=caution,
    )


def _once(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A fault's option that a bench also has under its own name, such as ``how``, counts once."""
    return {
        name: value
        for name, value in facts.items()
        if not (name.startswith("params.") and name.removeprefix("params.") in facts)
    }


_HINT = (
    "Give two files of `sdctl bench FAULT --out`, or two of `sdctl load --out`. A game day "
    "compares settings itself: list them under `variants` in its file."
)


def _caution(load: Mapping[str, Any]) -> str:
    generator = load.get("generator") or {}
    if because := generator.get("because"):
        return f"its latencies do not count, because {because}"
    if generator.get("saturated"):
        return "its generator was the limit, so its figures are about the machine that sent it"
    return ""


def _of_trials(trials: Sequence[Trial]) -> Iterator[Figure]:
    yield _figure("writes stopped", "ms", "median", [trial.rto_ms for trial in trials])
    for name in PHASE_NAMES:
        yield _figure(name, "ms", "median", [trial.phases_ms[name] for trial in trials])
    for label in ("failed", "unknown", "lost", "duplicated", "stale"):
        yield _figure(label, "per trial", "mean", [getattr(trial, label) for trial in trials])


def _of_series(series: Sequence[Mapping[str, Any]], path: Path) -> Iterator[Figure]:
    usual = median(tick["span_s"] for tick in series) if series else 0
    whole = [tick for tick in series if tick["span_s"] >= _WHOLE * usual]
    if len(whole) < SHORTEST:
        raise UsageError(
            f"{path} covers {len(whole)} s, which is too short to compare",
            hint=f"Run both loads for {SHORTEST} s or more. Some minutes are better.",
        )
    for name, unit, key in _PER_TICK:
        values = [tick[key] for tick in whole if tick[key] is not None]
        yield _figure(name, unit, "mean", batch_means(values))
    for name in ("failed", "unknown"):
        counts = [0, *(tick[name] for tick in whole)]
        rates = [
            (after - before) / tick["span_s"]
            for before, after, tick in zip(counts, counts[1:], whole, strict=False)
        ]
        yield _figure(name, "per second", "mean", batch_means(rates))


_WHOLE = 0.5
"""Ticks shorter than this share of the usual one are the rest after the last answer."""
_PER_TICK = (
    ("throughput", "rps", "achieved_rps"),
    ("p50 each second", "ms", "p50_ms"),
    ("p99 each second", "ms", "p99_ms"),
    ("service p99", "ms", "service_p99_ms"),
)


def _figure(
    name: str, unit: str, estimate: Literal["median", "mean"], values: Sequence[float | None]
) -> Figure:
    known = tuple(value for value in values if value is not None)
    return Figure(name=name, unit=unit, estimate=estimate, values=known)
