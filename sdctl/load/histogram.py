"""Durations, and their percentiles.

Recording in ``hdrhistogram`` (pure Python) costs 2 µs a value; appending to an ``array`` costs
0.1 µs, and counting equal microseconds another 0.2. So the hot path appends, each tick counts what
came since, in slices short enough not to make a send late, and the histogram is filled from the
counts when it is asked, or when they become many.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from hdrh.histogram import HdrHistogram

_HIGHEST_US = 600_000_000
_DIGITS = 3
SLICE = 500
"""Values counted, or counts settled, at a time: under a millisecond."""
_CROWD = 20_000
_SAMPLE = 4_000


class Histogram:
    """Durations in seconds, in 1 µs to 10 min with three significant digits."""

    def __init__(self) -> None:
        self._hdr = HdrHistogram(1, _HIGHEST_US, _DIGITS)
        self._highest_s = 0.0
        self._counts: Counter[int] = Counter()
        """Of microseconds, not yet in the histogram."""
        self.pending = array("d")
        """Not yet counted, in seconds; the hot path appends here."""

    @property
    def count(self) -> int:
        """How many durations were recorded."""
        return int(self._hdr.total_count) + self._counts.total() + len(self.pending)

    def fold(self, limit: int | None = None) -> None:
        """Count the first ``limit`` pending values (None: all)."""
        size = len(self.pending) if limit is None else min(limit, len(self.pending))
        values = self.pending[:size]
        del self.pending[:size]
        if values:
            self._highest_s = max(self._highest_s, max(values))
        self._counts.update([int(value * 1e6) for value in values])

    @property
    def crowded(self) -> bool:
        """Whether so many different values are counted that some should be ``settled``."""
        return len(self._counts) > _CROWD

    def settle(self, limit: int | None = None) -> None:
        """Move ``limit`` counts (None: all) into the histogram."""
        record, counts = self._hdr.record_value, self._counts
        for _ in range(len(counts) if limit is None else min(limit, len(counts))):
            micros, count = counts.popitem()
            record(min(max(micros, 1), _HIGHEST_US), count)

    def _settled(self) -> HdrHistogram:
        self.fold()
        self.settle()
        return self._hdr

    def add(self, other: Histogram) -> None:
        """Take over everything ``other`` recorded."""
        self._hdr.add(other._settled())
        self._highest_s = max(self._highest_s, other._highest_s)

    def encoded(self) -> str:
        """Everything recorded, in microseconds, as HdrHistogram's V2 compressed log format
        (base64), which its libraries in every language read."""
        return bytes(self._settled().encode()).decode()

    def __reduce__(self) -> tuple[Callable[[str, float], Histogram], tuple[str, float]]:
        """Pickled as its encoded form: the counts themselves are C memory."""
        return decoded, (self.encoded(), self._highest_s)

    def percentile_ms(self, percent: float) -> float | None:
        """The nearest rank: the shortest duration that at least ``percent`` % of the values do not
        exceed; None without values."""
        hdr = self._settled()
        if not (total := hdr.total_count):
            return None
        # the library takes the closest rank, which may be one too low; the share of a rank is exact
        share = 100 * rank(total, percent) / total
        # a bucket's upper edge may lie above everything that was seen
        return min(float(hdr.get_value_at_percentile(share)) / 1000, self.max_ms or 0.0)

    @property
    def max_ms(self) -> float | None:
        """The longest duration, exact; None without values."""
        return round(max(self._highest_s, max(self.pending, default=0.0)) * 1000, 3) or None


def together(histograms: Iterable[Histogram]) -> Histogram:
    """All that several recorded."""
    found = Histogram()
    for histogram in histograms:
        found.add(histogram)
    return found


def decoded(text: str, highest_s: float = 0.0) -> Histogram:
    """The histogram that was ``encoded()``; its maximum is ``highest_s`` if that is given, else
    only as exact as its bucket."""
    histogram = Histogram()
    histogram._hdr.add(HdrHistogram.decode(text))
    count = histogram._hdr.total_count
    histogram._highest_s = highest_s or (histogram._hdr.get_max_value() / 1e6 if count else 0.0)
    return histogram


def sample(values: array[float]) -> array[float]:
    """An even sample of at most some thousands of values: a live view needs no more."""
    return values[:: -(-len(values) // _SAMPLE) or 1]


def percentile_ms(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile of ``values`` in seconds, for a live view; None without values.

    It sorts them all, so give it a ``sample``.
    """
    if not values:
        return None
    return round(sorted(values)[rank(len(values), percent) - 1] * 1000, 3)


def rank(count: int, percent: float) -> int:
    """Which of ``count`` values in order is the percentile, from 1 on: with it, at least
    ``percent`` % of them are behind."""
    return max(1, math.ceil(Fraction(str(percent)) * count / 100))
