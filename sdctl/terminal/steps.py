"""The steps of something that lasts, as they happen: one line each, and what is so meanwhile."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rich.text import Text

from sdctl.terminal.console import lively

if TYPE_CHECKING:
    from sdctl.cli.context import Context

_LINE_S = 5.0


class Steps:
    """On a terminal the last line is alive; elsewhere ``now`` is a line every few seconds. Nothing
    with ``--json``."""

    def __init__(self, context: Context, exits: ExitStack) -> None:
        self._quiet = context.json
        self._err = context.err
        self._said_at = time.monotonic()
        self._status = None
        if not self._quiet and lively(self._err):
            self._status = exits.enter_context(self._err.status("starting"))

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
