"""Cpu: how much of a processor this process has used lately."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from sdctl.app.contract import CPU_WINDOW_S


class Cpu:
    """Looks at the process's CPU time once a second."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._used = used
        self._looks: deque[tuple[float, float]] = deque(maxlen=CPU_WINDOW_S)
        self.look()

    def look(self) -> None:
        """Remember the CPU time used until now."""
        self._looks.append((self._clock(), self._used()))

    async def run(self) -> None:
        """Look every second, for as long as the process lives."""
        while True:
            await asyncio.sleep(1.0)
            self.look()

    def cores(self) -> float | None:
        """Processors used, on average over the window; None in the first second."""
        since, before = self._looks[0]
        passed = self._clock() - since
        return round((self._used() - before) / passed, 3) if passed >= 1.0 else None
