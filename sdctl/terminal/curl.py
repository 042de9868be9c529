"""How an answer looks: its status, the headers that matter with what they mean, its body."""

from __future__ import annotations

import json
from collections.abc import Collection

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.foundation import output
from sdctl.foundation.errors import UsageError
from sdctl.foundation.http_messages import HttpAnswer
from sdctl.guide import answer_headers
from sdctl.terminal.prose import Prose
from sdctl.terminal.screen import Screen

_NAME = 21
"""Columns for a header's name."""
_SHORT = 20
"""A value beside which its meaning has room on 80 columns."""


class EventsView:
    """A stream of events, shown as it comes. A stream has no end, so it is no JSON value."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.begun = False
        """Whether anything came."""

    def line(self, answer: HttpAnswer, line: str | None) -> None:
        """One line of it, None as it begins. Raises ``UsageError`` with ``--json``."""
        if self._screen.json:
            raise UsageError(
                "a stream of events has no end, so it is no JSON value",
                hint="Leave out --json, or ask for one page: add ?poll=1 to the path.",
            )
        if not self.begun:
            self.begun = True
            self._screen.err.print(head(answer))
            self._screen.err.print("a stream: events are shown as they come, until Ctrl-C")
        if line is not None:
            output.line(line)
        output.check()


def head(
    answer: HttpAnswer,
    only: Collection[str] = answer_headers.MEANINGS.keys(),
    *,
    logged: bool | None = None,
) -> RenderableType:
    """All but the body; of the headers ``only`` these. ``logged``: whether such a request leaves a
    line in the logs; None: nothing is said of it."""
    lines: list[RenderableType] = [status(answer)]
    for name, value, meaning in answer_headers.told(answer.headers, only, logged=logged):
        row = Table.grid()
        row.add_column(width=_NAME, no_wrap=True)
        means = Prose(meaning, "dim")
        if len(value) <= _SHORT:
            row.add_column(no_wrap=True)
            row.add_column()
            row.add_row(Text(name, "cyan"), f"{value:<12}  ", means)
        else:  # an id is never broken: what it means goes below it
            row.add_column()
            row.add_row(Text(name, "cyan"), Group(Text(value), means))
        lines.append(row)
    return Group(*lines)


def status(answer: HttpAnswer) -> Text:
    """``202 Accepted  in 12.1 ms``."""
    good = 200 <= answer.status < 400
    line = Text(f"{answer.status} {answer.reason}".strip())
    line.stylize("bold green" if good else "bold yellow" if answer.status < 500 else "bold red")
    return line.append(f"  in {answer.took_ms:g} ms", style="dim")


def body(answer: HttpAnswer) -> str:
    """JSON as people read it, anything else as it came."""
    value = answer.value
    return answer.text if value is None else json.dumps(value, indent=2, ensure_ascii=False)
