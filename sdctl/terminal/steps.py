"""The steps of something that lasts, as they happen: one line each, and what is so meanwhile."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.text import Text

from sdctl.terminal.console import lively

if TYPE_CHECKING:
    from rich.status import Status

    from sdctl.terminal.screen import Screen

_LINE_S = 5.0


class Steps:
    """A context manager. On a terminal the last line is alive; elsewhere ``now`` is a line every
    few seconds. Nothing with ``--json``."""

    def __init__(self, screen: Screen) -> None:
        self._quiet = screen.json
        self._err = screen.err
        self._said_at = time.monotonic()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        if not self._quiet and lively(self._err):
            self._status = self._err.status("starting")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def say(self, text: str) -> None:
        """A step begins."""
        if self._quiet:
            return
        self._said_at = time.monotonic()
        if self._status is None:
            self._err.print(Text(text), soft_wrap=True)
            return
        self._err.print(Text.assemble(("· ", "cyan"), text))
        self._status.update(Text(text))

    def now(self, text: str) -> None:
        """What is so within the step."""
        if self._quiet:
            return
        if self._status is not None:
            self._status.update(Text(text))
        elif time.monotonic() - self._said_at >= _LINE_S:
            self._said_at = time.monotonic()
            self._err.print(Text(text), soft_wrap=True)
