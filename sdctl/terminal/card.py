"""What every card has: its frame, its rows, and where its run is found again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sdctl.foundation.own_command import typed
from sdctl.judge.verdict import Judgement
from sdctl.terminal.prose import Prose

_COLOUR = {"pass": "green", "fail": "red", "unknown": "yellow"}
_WIDEST = 140
"""Columns. Longer lines are hard to read."""


def framed(
    judgement: Judgement, why: str | None, title: Text, *inside: RenderableType
) -> RenderableType:
    """A card, with the judgement above all."""
    colour = _COLOUR[judgement]
    word = Prose(
        f": {why}" if why else "", colour, head=judgement.upper(), head_style=f"bold {colour}"
    )
    panel = Panel(Group(word, *inside), title=title, title_align="left")
    return Constrain(panel, _WIDEST)


def grid(rows: Iterable[tuple[str, str]]) -> Table:
    """Names, and what is so."""
    found = Table.grid(padding=(0, 2))
    found.add_column(no_wrap=True)
    found.add_column()
    for name, value in rows:
        found.add_row(Text(name, style="dim"), Prose(value))
    return found


def kept(run: str, folder: Path) -> list[tuple[str, str]]:
    """Where the run is found again."""
    page = typed(f"report {run}")
    return [("run", f"{run}; its page: `{page}`"), ("kept in", _short(folder))]


def _short(folder: Path) -> str:
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
