"""The difference of two samples, figure by figure, and whether it can be told from chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Literal

from sdctl.foundation.errors import UsageError
from sdctl.judge.intervals import (
    LEVEL,
    RESAMPLES,
    Estimate,
    Interval,
    differences,
    expanded_interval,
)
from sdctl.judge.sample import Figure, Sample

_ESTIMATES: Mapping[str, Estimate] = {"median": median, "mean": fmean}
FEWEST = 10
"""Of fewer values the bootstrap's far tails, which a family of figures needs, are too short: with
6 values a side and 6 figures, 11% of comparisons of equals found a difference; with 10, 5%."""
Significance = Literal["distinguishable", "perhaps", "not distinguishable", "too few"]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One figure on both sides. None: too few values to say."""

    name: str
    unit: str
    estimate: str
    a: float | None
    b: float | None
    values: tuple[int, int]
    interval: Interval | None
    """Of ``b - a``, with 95%."""
    finding: Significance

    @property
    def difference(self) -> float | None:
        """How much higher ``b`` is."""
        return None if self.a is None or self.b is None else self.b - self.a

    def to_json(self) -> dict[str, Any]:
        """As under ``figures`` in the JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "estimate": self.estimate,
            "a": _rounded(self.a),
            "b": _rounded(self.b),
            "values": list(self.values),
            "difference": _rounded(self.difference),
            "interval": self.interval.to_json() if self.interval else None,
            "finding": self.finding,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All figures, and with what else the two were not measured alike."""

    kind: str
    a: str
    b: str
    seed: int
    unlike: Mapping[str, tuple[Any, Any]]
    figures: tuple[Difference, ...]
    cautions: tuple[str, ...] = ()

    def named(self, finding: Significance) -> list[str]:
        """The figures of which this was found."""
        return [figure.name for figure in self.figures if figure.finding == finding]

    def to_json(self) -> dict[str, Any]:
        """The value of ``sdctl compare --json``."""
        return {
            "kind": self.kind,
            "a": self.a,
            "b": self.b,
            "seed": self.seed,
            "unlike": {name: list(values) for name, values in self.unlike.items()},
            "cautions": list(self.cautions),
            "figures": [figure.to_json() for figure in self.figures],
            "distinguishable": self.named("distinguishable"),
        }


def compare(a: Sample, b: Sample, *, seed: int = 0, resamples: int = RESAMPLES) -> Comparison:
    """Every figure that both have. Raises ``UsageError`` for samples of different kinds.

    *Distinguishable* is meant of the whole comparison: where nothing differs, no figure is called
    so in 95% of comparisons. So each of the k figures has to clear 1 - 5%/k (Bonferroni); one
    that clears only 95% alone is *perhaps* different, which of twenty equal figures one is.
    """
    if a.kind != b.kind:
        raise UsageError(
            f"{a.source} is {a.title}, {b.source} {b.title}: they cannot be compared",
            hint="Compare two benches of the same fault, or two loads.",
        )
    theirs = {figure.name: figure for figure in b.figures}
    pairs = [
        (figure, theirs[figure.name])
        for figure in a.figures
        if figure.values or theirs[figure.name].values
    ]
    family = 1 - (1 - LEVEL) / max(sum(_enough(pair) for pair in pairs), 1)
    return Comparison(
        kind=a.kind,
        a=a.source,
        b=b.source,
        seed=seed,
        unlike={
            name: (a.facts.get(name), b.facts.get(name))
            for name in sorted({*a.facts, *b.facts})
            if a.facts.get(name) != b.facts.get(name)
        },
        figures=tuple(_difference(*pair, family, seed, resamples) for pair in pairs),
        cautions=tuple(
            f"{side}: {sample.caution}" for side, sample in (("A", a), ("B", b)) if sample.caution
        ),
    )


def _enough(pair: Sequence[Figure]) -> bool:
    return min(len(figure.values) for figure in pair) >= FEWEST


def _difference(a: Figure, b: Figure, family: float, seed: int, resamples: int) -> Difference:
    estimate = _ESTIMATES[a.estimate]
    interval: Interval | None = None
    finding: Significance = "too few"
    if _enough((a, b)):
        spread = differences(a.values, b.values, estimate, seed=seed, resamples=resamples)
        fewer = min(len(a.values), len(b.values))
        interval = expanded_interval(spread, fewer)
        if interval.holds(0):
            finding = "not distinguishable"
        elif expanded_interval(spread, fewer, family).holds(0):
            finding = "perhaps"
        else:
            finding = "distinguishable"
    return Difference(
        name=a.name,
        unit=a.unit,
        estimate=a.estimate,
        a=estimate(a.values) if a.values else None,
        b=estimate(b.values) if b.values else None,
        values=(len(a.values), len(b.values)),
        interval=interval,
        finding=finding,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
