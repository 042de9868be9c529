"""Turns: work that many ask for, done for all of them together.

The first turn after a pause begins at once. Under load, turns are ``APART_S`` apart.
"""

from __future__ import annotations

import asyncio
import math

APART_S = 0.2
"""Between two turns under load: those that come meanwhile share one transaction, or one message."""


class Turns:
    """Turns for one worker; anybody may ask for one. Nothing that was asked for is forgotten."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._last = -math.inf

    def ask(self) -> None:
        """Have a turn begin, soon."""
        self._asked.set()

    async def next(self) -> None:
        """Wait until somebody has asked since the last turn began, and that is APART_S ago."""
        now = asyncio.get_running_loop().time
        await self._asked.wait()
        await asyncio.sleep(self._last + APART_S - now())
        self._asked.clear()
        self._last = now()
