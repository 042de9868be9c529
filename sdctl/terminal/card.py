"""What every card has: its frame, its rows, and where its run is found again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sdctl.foundation.own_command import typed
from sdctl.foundation.wrapping import first_clauses
from sdctl.judge.verdict import Judgement
from sdctl.terminal.prose import Prose

_COLOUR = {"pass": "green", "fail": "red", "unknown": "yellow"}
_WIDEST = 140
"""Columns. Longer lines are hard to read."""


class Card:
    """A frame with the judgement above all. What is higher than its terminal ends with the
    judgement once more, as the first one has scrolled away: with as many whole clauses of why as
    have room on a line."""

    def __init__(
        self, judgement: Judgement, why: str | None, title: Text, *inside: RenderableType
    ) -> None:
        self._head, self._why = judgement.upper(), f": {why}" if why else ""
        self._colour = _COLOUR[judgement]
        panel = Panel(Group(self._word(self._why), *inside), title=title, title_align="left")
        self._framed = Constrain(panel, _WIDEST)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._framed, options, pad=False)
        yield self._framed
        if console.is_terminal and len(lines) >= options.size.height:
            room = min(options.max_width, _WIDEST) - len(self._head)
            yield self._word(first_clauses(self._why, room))

    def _word(self, why: str) -> Prose:
        return Prose(why, self._colour, head=self._head, head_style=f"bold {self._colour}")


def grid(rows: Iterable[tuple[str, str]]) -> Table:
    """Names, and what is so."""
    found = Table.grid(padding=(0, 2))
    found.add_column(no_wrap=True)
    found.add_column()
    for name, value in rows:
        found.add_row(Text(name, style="dim"), Prose(value))
    return found


def where_kept(run: str, folder: Path) -> list[tuple[str, str]]:
    """Where the run is found again."""
    page = typed(f"report {run}")
    return [("run", f"{run}; its page: `{page}`"), ("kept in", _short(folder))]


def _short(folder: Path) -> str:
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
