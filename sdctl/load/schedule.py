"""When each request is to be sent, fixed before the first one is.

The rate is a piecewise linear function of time. Request ``i`` is due when the integral of the rate
reaches ``i``, so a slow answer can never push a later request back.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

Arrivals = Literal["even", "poisson"]

MOST_RPS = 1_000_000.0
"""More than any machine sends from here (bench/README.md); above it, a rate is a slip of the keys.
"""


MOST_S = 30 * 86400.0
"""Nobody waits for longer; above it, a duration is a slip of the keys."""
_WHOLE = 1 - 1e-12
"""Of a duration: what is due later is due at its end, as 1.1 a second times 10 s is a little over
11 in floats."""
TOO_LONG = "a load lasts at most 30 days"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A rate over time. Raises ``ValueError`` naming every problem.

    ``points`` are ``(seconds, requests per second)``, linear in between; a step is two points at
    one moment. The first is at 0, and after the last the rate stays until ``duration_s``.
    ``even`` spaces requests by the rate alone; ``poisson`` draws the gaps of independent users
    from ``seed``. Either way the same schedule gives the same times.
    """

    points: tuple[tuple[float, float], ...]
    duration_s: float
    arrivals: Arrivals = "even"
    seed: int = 0

    def __post_init__(self) -> None:
        problems = list(_problems(self.points, self.duration_s))
        if problems:
            raise ValueError("; ".join(problems))

    def rate(self, at_s: float) -> float:
        """Requests per second at ``at_s``; 0 before the start and from the end on."""
        if not 0 <= at_s < self.duration_s:
            return 0.0
        for start, rate, end, end_rate in self._segments():
            if at_s < end:
                return rate + (end_rate - rate) * (at_s - start) / (end - start)
        return 0.0

    @property
    def planned(self) -> float:
        """How many requests the rate comes to: its integral."""
        return sum(
            (rate + end_rate) / 2 * (end - start) for start, rate, end, end_rate in self._segments()
        )

    @property
    def mean_rps(self) -> float:
        """Planned requests over the duration."""
        return self.planned / self.duration_s

    @property
    def peak_rps(self) -> float:
        """The highest rate reached."""
        return max(max(rate, end_rate) for _, rate, _, end_rate in self._segments())

    def times(self) -> Iterator[float]:
        """Seconds from the start at which each request is due, in order, all before the end."""
        rng = random.Random(self.seed)
        even = self.arrivals == "even"
        due = 0.0 if even else rng.expovariate(1.0)
        before, over = 0.0, self.duration_s * _WHOLE
        for start, rate, end, end_rate in self._segments():
            length = end - start
            area = (rate + end_rate) / 2 * length
            slope = (end_rate - rate) / length
            while due < before + area:
                # without the slope the formula comes to this, at a third of the price
                reached = _moment(due - before, rate, slope) if slope else (due - before) / rate
                if (at := start + reached) >= over:
                    return
                yield at
                due += 1.0 if even else rng.expovariate(1.0)
            before += area

    def share(self, part: int, parts: int) -> Iterator[float]:
        """The times of one process of several: every ``parts``-th, from number ``part`` on."""
        return self.times() if parts == 1 else islice(self.times(), part, None, parts)

    def _segments(self) -> Iterator[tuple[float, float, float, float]]:
        """``(start, rate, end, end rate)`` of each linear piece, cut at the duration."""
        points = [*self.points, (math.inf, self.points[-1][1])]
        for (start, rate), (end, end_rate) in pairwise(points):
            if start >= self.duration_s:
                return
            if end > self.duration_s:
                if math.isfinite(end):
                    end_rate = rate + (end_rate - rate) * (self.duration_s - start) / (end - start)
                end = self.duration_s
            if end > start:
                yield start, rate, end, end_rate


def constant(rps: float, duration_s: float) -> Schedule:
    """The same rate all the time."""
    return Schedule(points=((0.0, float(rps)),), duration_s=float(duration_s))


def ramp(text: str, duration_s: float | None = None) -> Schedule:
    """A schedule from ``0s:50,30s:500``: moments and rates, linear in between, to the last point.

    A duration is the same, said twice; another one is refused. Raises ``ValueError`` with what is
    expected.
    """
    # here, because the load process never parses and need not import the validation library
    from sdctl.foundation.units import duration, number, write_duration

    points = []
    for part in text.split(","):
        moment, colon, rate = part.strip().partition(":")
        try:
            if not colon:
                raise ValueError
            points.append((duration(moment), number(rate)))
        except ValueError:
            raise ValueError(
                f"not a ramp: {part.strip()!r} in {text!r} (write 0s:50,30s:500)"
            ) from None
    end = points[-1][0]
    if end == 0:
        raise ValueError(f"a ramp needs a last point after 0s: {text!r} (write 0s:50,30s:500)")
    if duration_s is not None and duration_s != end:
        raise ValueError(
            f"the ramp ends at its last point, after {write_duration(end)}, and not after "
            f"{write_duration(duration_s)}: leave the duration out, or move the last point"
        )
    return Schedule(points=tuple(points), duration_s=end)


def _problems(points: Sequence[tuple[float, float]], duration_s: float) -> Iterator[str]:
    if not (math.isfinite(duration_s) and duration_s > 0):
        yield "a load needs a duration above 0"
    elif duration_s > MOST_S:
        yield TOO_LONG
    if not points:
        yield "a load needs a rate"
        return
    if points[0][0] != 0:
        yield "a ramp starts at 0s"
    if any(later[0] < earlier[0] for earlier, later in pairwise(points)):
        yield "the moments of a ramp must grow"
    rates = [rate for _, rate in points]
    if any(not (math.isfinite(rate) and rate >= 0) for rate in rates):
        yield "a rate is 0 rps or more"
    elif max(rates) > MOST_RPS:
        yield f"a rate is at most {MOST_RPS:,.0f} rps"
    elif not any(rates):
        yield "a load needs a rate above 0"


def _moment(area: float, rate: float, slope: float) -> float:
    """The time ``t`` at which ``rate*t + slope*t²/2 = area``, in the form stable for small slopes.

    Source: the quadratic formula with its numerator rationalised, so that nothing cancels.
    """
    if area == 0:
        return 0.0
    return 2 * area / (rate + math.sqrt(max(0.0, rate * rate + 2 * slope * area)))
