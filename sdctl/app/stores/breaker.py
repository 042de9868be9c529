"""Breaker: stops asking what keeps failing, and tries it again now and then."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; while open, lets one try through every `pause_s`."""

    def __init__(
        self,
        failures: int = 3,
        pause_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failed = 0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the last tries all failed."""
        return self._failed >= self._limit

    def allows(self) -> bool:
        """Whether to try now. While open, a True takes the one try of this pause."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._next_try:
            return False
        self._next_try = now + self._pause_s
        return True

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self) -> None:
        self._failed += 1
        if self._failed == self._limit:
            self._next_try = self._clock() + self._pause_s
