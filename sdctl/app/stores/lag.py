"""Lag: how far a follower is behind, in seconds, from what leader and follower say."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

LAG_MEMORY_S = 10.0


class LagClock:
    """How long ago the leader wrote what a follower has not replayed yet."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written: deque[tuple[float, int]] = deque()

    def wrote(self, lsn: int) -> None:
        """The leader is now at `lsn`."""
        now = self._clock()
        self._written.append((now, lsn))
        while self._written[0][0] < now - LAG_MEMORY_S:
            self._written.popleft()

    def lag_s(self, replayed: int) -> float:
        """Seconds since the leader was first seen ahead of `replayed`; 0 if it never was."""
        for at, lsn in self._written:
            if lsn > replayed:
                return self._clock() - at
        return 0.0

    def forget(self) -> None:
        """There is a new leader, and its positions do not compare with the old one's."""
        self._written.clear()
