"""Window: how often something happened per second, over the last few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable


class Window:
    """Counts events in one-second buckets and gives their rate over whole past seconds."""

    def __init__(self, seconds: int = 8, clock: Callable[[], float] = time.monotonic) -> None:
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
