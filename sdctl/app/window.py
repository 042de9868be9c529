"""Windows: how often something happened, and how long it took, over the last few seconds."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable

from sdctl.app.contract import RPS_WINDOW_S


class Window:
    """Counts events in one-second buckets and gives their rate over whole past seconds."""

    def __init__(
        self, seconds: int = RPS_WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._counts = [0] * (seconds + 1)
        self._stamps = [-1] * (seconds + 1)
        self._started = clock()

    def add(self, count: int = 1) -> None:
        """Note `count` events that happened now."""
        second = int(self._clock())
        slot = second % len(self._counts)
        if self._stamps[slot] != second:
            self._stamps[slot] = second
            self._counts[slot] = 0
        self._counts[slot] += count

    def rate(self) -> float:
        """Events per second over the last whole seconds; the running second is left out."""
        now = self._clock()
        newest = int(now) - 1
        oldest = newest - self._seconds + 1
        total = sum(
            count
            for count, stamp in zip(self._counts, self._stamps, strict=True)
            if oldest <= stamp <= newest
        )
        seconds = min(self._seconds, max(1, newest - int(self._started) + 1))
        return round(total / seconds, 2)


_LEAST_S, _STEP = 0.0005, 1.1
"""The first of the steps in which durations are counted, and how much longer each next one is."""


class Latencies:
    """Counts durations second by second and gives the 99th percentile of the last ones."""

    def __init__(self, seconds: int = 15, clock: Callable[[], float] = time.monotonic) -> None:
        self._span = seconds
        self._clock = clock
        self._seconds: deque[tuple[int, Counter[int]]] = deque(maxlen=seconds)

    def add(self, seconds: float) -> None:
        """Note something that ended now and took so long."""
        second = int(self._clock())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append((second, Counter()))
        step = math.ceil(math.log(max(seconds, _LEAST_S) / _LEAST_S, _STEP))
        self._seconds[-1][1][step] += 1

    def p99(self) -> float | None:
        """So long at most took 99 of 100, in seconds; up to a tenth too much. None: there was
        nothing."""
        oldest = int(self._clock()) - self._span
        counts: Counter[int] = Counter()
        for second, counted in self._seconds:
            if second > oldest:
                counts.update(counted)
        left = counts.total() * 0.99
        for step in sorted(counts):
            left -= counts[step]
            if left <= 0:
                return round(_LEAST_S * _STEP**step, 4)
        return None
