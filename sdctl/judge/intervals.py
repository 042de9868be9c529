"""What a handful of measurements allows to be said: pure arithmetic, no units of its own.

Nothing here assumes a distribution: failover times are uniform, stepped or have two humps.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist, fmean

LEVEL = 0.95
FEWEST = 6
"""Of fewer values no interval holds their median with 95%: 1 - 2/2⁵ is 94%."""
RESAMPLES = 10_000
BATCHES = 10
"""Schmeiser (1982): between 10 and 30; ten stay nearly independent where neighbours are alike."""
SHORTEST = 3 * BATCHES
"""Values in a series below which its batches are no longer than its memory."""

Estimate = Callable[[Sequence[float]], float]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval, both ends included. ``level``: the share of repetitions of the whole
    experiment whose interval holds the true value."""

    low: float
    high: float
    level: float

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies inside."""
        return self.low <= value <= self.high

    def to_json(self) -> dict[str, float]:
        """Low, high and level; the units are those of the values."""
        return {
            "low": round(self.low, 3),
            "high": round(self.high, 3),
            "level": round(self.level, 4),
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank: the smallest of ``values`` that at least ``percent`` % of them do not
    exceed (Hyndman and Fan 1996, type 1). So the p95 of fewer than 20 values is their highest."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]


def median_interval(values: Sequence[float]) -> Interval | None:
    """Two of the values between which the median lies, with at least ``LEVEL``; None if no two do.

    The r-th smallest and the r-th largest hold it with 1 - 2 P(B < r), B binomial with n and 1/2,
    whatever the distribution (David and Nagaraja, Order Statistics, 3rd ed., section 7.1). The
    interval's own ``level`` is that probability.
    """
    count = len(values)
    below = accumulate(math.comb(count, k) / 2**count for k in range(count // 2))
    levels = [1 - 2 * share for share in below]
    rank = sum(reached >= LEVEL for reached in levels)
    if not rank:
        return None
    ordered = sorted(values)
    return Interval(low=ordered[rank - 1], high=ordered[count - rank], level=levels[rank - 1])


def differences(
    a: Sequence[float],
    b: Sequence[float],
    estimate: Estimate,
    *,
    seed: int,
    resamples: int = RESAMPLES,
) -> list[float]:
    """The bootstrap distribution of ``estimate(b) - estimate(a)``, in order: both samples drawn
    anew with replacement, independently, ``resamples`` times (Efron and Tibshirani 1993, ch. 8).
    The same seed gives the same distribution."""
    draw = random.Random(seed).choices
    return sorted(
        estimate(draw(b, k=len(b))) - estimate(draw(a, k=len(a))) for _ in range(resamples)
    )


def expanded_interval(distribution: Sequence[float], count: int, level: float = LEVEL) -> Interval:
    """The expanded percentile interval of a bootstrap distribution in order.

    The plain percentile interval of ``count`` values is too short by the factor √((n-1)/n) and by
    Student's t over the normal; this one takes percentiles further out that make up for both
    (Hesterberg 2015, What Teachers Should Know About the Bootstrap, section 3.3).
    """
    reach = math.sqrt(count / (count - 1)) * student_t((1 + level) / 2, count - 1)
    tail = NormalDist().cdf(-reach)
    out = min(int(tail * len(distribution)), (len(distribution) - 1) // 2)
    return Interval(low=distribution[out], high=distribution[-1 - out], level=level)


def student_t(share: float, freedom: int) -> float:
    """The quantile of Student's t, by Cornish and Fisher's expansion (Abramowitz and Stegun
    26.7.5): within 2% from 4 degrees of freedom on, for shares up to 0.999."""
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def batch_means(series: Sequence[float], count: int = BATCHES) -> list[float]:
    """``series`` in ``count`` stretches of equal length (the oldest values that are too many are
    left out), each as its mean.

    Neighbouring seconds of one run are alike, so they are not that many measurements; the means of
    long stretches nearly are (batch means: Law, Simulation Modeling and Analysis, section 9.5.3).
    """
    size = len(series) // count
    if not size:
        return list(series)
    rest = series[len(series) - size * count :]
    return [fmean(rest[start : start + size]) for start in range(0, len(rest), size)]
