"""Where a command prints: results to stdout, all else to stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdctl.foundation import output, own_command

if TYPE_CHECKING:
    from rich.console import Console

    from sdctl.terminal.prose import Prose


class Screen:
    """The consoles, made when they are first used; with ``json`` results are documents."""

    def __init__(self, *, as_json: bool, color: bool) -> None:
        self.json = as_json
        self.color = color

    @cached_property
    def err(self) -> Console:
        """For people."""
        from sdctl.terminal.console import console

        return console(stderr=True, color=self.color)

    @cached_property
    def out(self) -> Console:
        """For results."""
        from sdctl.terminal.console import console

        return console(color=self.color)

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """While something lasts longer than a blink, say what; nothing with ``--json``."""
        if self.json:
            yield
            return
        with self.err.status(what):
            yield

    def tell(self, text: Prose | str) -> None:
        """A sentence for people, beside the result; a command in a text is of this stack."""
        from sdctl.terminal.prose import say

        say(self.err, own_command.named(text) if isinstance(text, str) else text)

    def print_json(self, value: Any) -> None:
        """One JSON document on stdout."""
        output.document(value)

    def print_plan(self, steps: Sequence[str], *, typed: bool = False) -> None:
        """What would be done, a line each. ``typed``: commands that are copied as they stand, so
        none is wrapped."""
        if self.json:
            self.print_json({"plan": list(steps)})
            return
        for step in steps or ["nothing to do"]:
            if typed:
                output.line(step)
            else:
                self.list_entry(step)

    def list_entry(self, text: str, *, head: str = "") -> None:
        """A line of a list, on stdout; what does not fit goes on further right, below ``text``."""
        from sdctl.terminal.prose import Prose, say

        say(self.out, Prose(text, head=head, indent=len(head) or 2))
