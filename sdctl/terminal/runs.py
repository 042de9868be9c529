"""The list of runs: what each was stands beside it, or below where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sdctl.foundation.units import format_duration
from sdctl.judge.run_list import RunRow
from sdctl.terminal.prose import Prose

_HEADINGS = ("run", "began", "verdict", "stopped")
_ROOM = 30
"""Columns. In fewer, what a run was would be a word a line."""
_MARK = "!"
_MEANING = f"{_MARK} does not count: this machine was too busy, or the generator was the limit"


def table(rows: Sequence[RunRow], width: int) -> RenderableType:
    """A line each, the last run first; moments are of this machine's clock. ``stopped`` is for how
    long writes stopped."""
    cells = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *lines = (
        "  ".join(cell.ljust(most) for cell, most in zip(line, widths, strict=True))
        for line in cells
    )
    beside = width - len(head) - 2 >= _ROOM
    grid = Table.grid(padding=(0, 2, 0, 0))
    parts: list[RenderableType] = [grid if beside else Text(head, "dim")]
    if beside:
        grid.add_column(no_wrap=True)
        grid.add_row(Text(head, "dim"), Text("what", "dim"))
    for row, line in zip(rows, lines, strict=True):
        if beside:
            grid.add_row(line, Prose(row.told))
        else:
            parts += [line, Padding(Prose(row.told), (0, 0, 0, 2), expand=False)]
    if any(map(_in_vain, rows)):
        parts.append(Prose(_MEANING, "dim"))
    return Group(*parts)


def _cells(row: RunRow) -> tuple[str, ...]:
    began = datetime.fromisoformat(row.began).astimezone()
    mark = f" {_MARK}" if _in_vain(row) else ""
    return row.run, f"{began:%Y-%m-%d %H:%M}", row.word, f"{_stopped(row.rto_ms)}{mark}"


def _in_vain(row: RunRow) -> bool:
    """Whether it has a time, and that does not count."""
    return bool(row.rto_ms) and row.times_count is False


def _stopped(rto_ms: float | None) -> str:
    if rto_ms is None:
        return "–"
    return format_duration(rto_ms / 1000) if rto_ms else "no"
