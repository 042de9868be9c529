"""A writer of lines to stdout. A line that can wait is written together with the next ones.

A line that comes alone costs whoever keeps the log several times what it costs among others.
A process that is killed takes with it what waits.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

TOGETHER_S = 0.1
"""How long a line may wait for others."""


class LineWriter:
    """Writes lines in the order they were given."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._waiting: list[bytes] = []
        self._timed = False

    def now(self, line: bytes) -> None:
        """Write this line, after those that wait."""
        self._waiting.append(line)
        self.flush()

    def soon(self, line: bytes) -> None:
        """Write this line within TOGETHER_S. Only where an event loop runs."""
        self._waiting.append(line)
        if not self._timed:
            self._timed = True
            asyncio.get_running_loop().call_later(TOGETHER_S, self._time_is_up)

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._write(b"\n".join((*waiting, b"")))

    def _time_is_up(self) -> None:
        self._timed = False
        self.flush()


def to_stdout() -> LineWriter:
    """The writer for stdout."""

    def write(text: bytes) -> None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    return LineWriter(write)
