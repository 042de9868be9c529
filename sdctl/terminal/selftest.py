"""The selftest on the terminal: what each variant came to."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from sdctl.selftest.check_runner import Row
from sdctl.terminal.screen import Screen

WIDTHS = (15, 20, 20, 20, 1)
"""Of the table's columns, in characters: 80 with what is between them."""


def show(screen: Screen, rows: Sequence[Row], seconds: float, *, without_stack: bool) -> None:
    """All of it."""
    busy = sum(row.finding.busy for row in rows)
    wrong = sum(not row.finding.ok for row in rows) - busy
    if screen.json:
        screen.print_json(
            {
                "passed": not wrong and not busy,
                "wrong": wrong,
                "too_busy": busy,
                "live": not without_stack,
                "seconds": round(seconds, 1),
                "checks": [row.to_json() for row in rows],
            }
        )
    else:
        screen.out.print(table(rows))
        screen.out.print("! is a system that is broken on purpose: the check must find that")
        screen.out.print(f"{said(len(rows), wrong, busy)}; it took {seconds:.0f} s")


def said(count: int, wrong: int, busy: int) -> str:
    """What all of them come to."""
    parts = [f"{wrong} of {count} not as expected"] if wrong else []
    if busy:
        parts.append(f"{busy} of {count} could not be told, as the machine was too busy")
    return "; ".join(parts) or f"all {count} as expected"


def table(rows: Sequence[Row]) -> Table:
    """A line each, within 80 columns; a sound system is set apart by its sign."""
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for heading, width in zip(("check", "variant", "expected", "got", ""), WIDTHS, strict=True):
        made.add_column(heading, width=width, overflow="fold")
    name = ""
    for row in rows:
        mark = _mark(row)
        made.add_row(
            row.check.name if row.check.name != name else "",
            f"{'' if row.variant.sound else '! '}{row.variant.name}",
            row.finding.expected,
            row.finding.got,
            mark,
        )
        name = row.check.name
    return made


def _mark(row: Row) -> Text:
    if row.finding.busy:
        return Text("?", style="bold yellow")
    return Text("✓", style="green") if row.finding.ok else Text("✗", style="bold red")
