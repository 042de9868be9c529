"""What a series of trials comes to: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.intervals import FEWEST, Interval, median_interval, percentile
from sdctl.judge.trial import Trial, TrialBand
from sdctl.judge.verdict import Judgement

_LEAST_SPAN = 0.1
"""Of what is drawn, as a share of the greatest value: times that are nearly equal look so."""


def drawn_span(ends: Sequence[float]) -> tuple[float, float]:
    """Pure: from where to where a scale goes that holds all of ``ends``."""
    low, high = min(ends), max(ends)
    room = max((_LEAST_SPAN * high - (high - low)) / 2, 0.0)
    return max(low - room, 0.0), high + room


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Times in milliseconds. None: not measured in any trial, or too few trials."""

    trials: int
    verdicts: Mapping[Judgement, int]
    rto_ms: tuple[float, ...]
    """Of the trials in which it was measured, shortest first."""
    interval: Interval | None
    """Of the median."""
    phases_ms: Mapping[str, float | None]
    """Each phase's median."""
    acknowledged: int | None
    lost: int | None
    duplicated: int | None
    without_failover: int
    """In how many trials nobody took over while the fault was on."""
    uncounted: int
    """In how many trials the times do not count, as the machine was full."""
    failover_ms: float | None
    """The median of the tier's own failover times."""
    predicted: TrialBand | None
    predicted_of: str | None
    """``outage`` or ``failover``: which of the two it is about."""
    inside: int | None
    """How many trials came as predicted."""
    compared: int
    """How many could be compared with the prediction."""
    published: tuple[TrialBand, ...]

    @property
    def median_ms(self) -> float | None:
        """The middle one, or the mean of the middle two."""
        return median(self.rto_ms) if self.rto_ms else None

    @property
    def p95_ms(self) -> float | None:
        """By nearest rank."""
        return percentile(self.rto_ms, 95) if self.rto_ms else None

    @property
    def drawn(self) -> TrialBand | None:
        """The predicted band, if it is about what is drawn: how long writes stopped."""
        return self.predicted if self.predicted_of == "outage" else None

    @property
    def prediction(self) -> str:
        """The predicted band in words; empty without one."""
        if self.predicted is None:
            return ""
        of = "" if self.predicted_of == "outage" else " for the tier's own failover"
        if self.compared:
            return f"{self.predicted}{of}, {self.inside} of {self.compared} so"
        if self.uncounted == self.trials:
            why = "no trial's times count"
        else:
            why = f"no trial{' whose times count' if self.uncounted else ''} measured it"
        return f"{self.predicted}{of}; not compared, as {why}"

    @property
    def warning(self) -> str:
        """Of figures that are of a full machine: of how many trials; empty: of none."""
        if not self.uncounted:
            return ""
        return (
            f"this machine was too busy: the times of {self.uncounted} of {self.trials} trials do "
            "not count; counts do"
        )

    @property
    def judgement(self) -> Judgement:
        """The worst of the trials' verdicts; unknown without trials."""
        return next(
            (judgement for judgement in ("fail", "unknown") if self.verdicts[judgement]),
            self._clean(),
        )

    def _clean(self) -> Judgement:
        return "pass" if self.trials else "unknown"

    def to_json(self) -> dict[str, Any]:
        """As under ``summary`` in a bench's file."""
        return {
            "verdict": self.judgement,
            "trials": self.trials,
            "verdicts": dict(self.verdicts),
            "rto_ms": {
                "measured": len(self.rto_ms),
                "min": self.rto_ms[0] if self.rto_ms else None,
                "median": self.median_ms,
                "median_interval": self.interval.to_json() if self.interval else None,
                "p95": self.p95_ms,
                "max": self.rto_ms[-1] if self.rto_ms else None,
            },
            "phases_ms": dict(self.phases_ms),
            "failover_ms": self.failover_ms,
            "without_failover": self.without_failover,
            "uncounted": self.uncounted,
            "writes": {
                "acknowledged": self.acknowledged,
                "lost": self.lost,
                "duplicated": self.duplicated,
            },
            "predicted": self._predicted(),
            "published": [band.to_json() for band in self.published],
        }

    def _predicted(self) -> dict[str, Any] | None:
        if self.predicted is None:
            return None
        band = self.predicted
        return {
            "of": self.predicted_of,
            "low_ms": band.low_ms,
            "high_ms": band.high_ms,
            "why": band.source,
            "inside": self.inside,
            "compared": self.compared,
        }


def summarise(trials: Sequence[Trial]) -> Summary:
    """Every figure from the trials alone."""
    times = tuple(sorted(trial.rto_ms for trial in trials if trial.rto_ms is not None))
    counts = Counter(trial.judgement for trial in trials)
    judgements: tuple[Judgement, ...] = ("pass", "fail", "unknown")
    predicted = next((trial.predicted for trial in trials if trial.predicted), None)
    return Summary(
        trials=len(trials),
        verdicts={judgement: counts[judgement] for judgement in judgements},
        rto_ms=times,
        interval=median_interval(times) if len(times) >= FEWEST else None,
        phases_ms={
            name: _median([trial.phases_ms[name] for trial in trials]) for name in PHASE_NAMES
        },
        acknowledged=total([trial.acknowledged for trial in trials]),
        lost=total([trial.lost for trial in trials]),
        duplicated=total([trial.duplicated for trial in trials]),
        without_failover=sum(trial.failover is False for trial in trials),
        uncounted=sum(not trial.times_count for trial in trials),
        failover_ms=_median([trial.failover_ms for trial in trials]),
        predicted=predicted,
        predicted_of=next((trial.predicted_of for trial in trials if trial.predicted), None),
        inside=sum(trial.holds is True for trial in trials) if predicted else None,
        compared=sum(trial.holds is not None for trial in trials),
        published=next((trial.published for trial in trials if trial.published), ()),
    )


def total(counts: Sequence[int | None]) -> int | None:
    """The sum of what was measured; None when nothing was."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
