"""The steps of something that lasts, as they happen: one line each, and what is so meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sdctl.terminal.console import OneLine
from sdctl.terminal.live_drawing import LINE_S, Drawn
from sdctl.terminal.prose import Prose, say

if TYPE_CHECKING:
    from rich.status import Status

    from sdctl.terminal.screen import Screen


class Steps(Drawn["Status"]):
    """A context manager. On a terminal the last line is alive; elsewhere ``now`` is a line every
    few seconds. Nothing with ``--json``."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen.err, quiet=screen.json)
        self._said_at = time.monotonic()

    def _draw(self) -> Status:
        return self._console.status("starting")

    def say(self, text: str) -> None:
        """A step begins."""
        if self._quiet:
            return
        self._said_at = time.monotonic()
        if self.drawing is None:
            say(self._console, text)
            return
        say(self._console, Prose(text, head="· ", head_style="cyan", indent=2))
        self.drawing.update(OneLine(text))

    def now(self, text: str) -> None:
        """What is so within the step."""
        if self._quiet:
            return
        if self.drawing is not None:
            self.drawing.update(OneLine(text))
        elif time.monotonic() - self._said_at >= LINE_S:
            self._said_at = time.monotonic()
            say(self._console, text)
