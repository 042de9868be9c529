"""The list of runs, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.judge.run_list import RunRow
from sdctl.terminal.prose import Prose


def table(rows: Sequence[RunRow]) -> RenderableType:
    """A line each, the last run first; moments are of this machine's clock."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("run", "began", "verdict"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("what")
    for row in rows:
        began = datetime.fromisoformat(row.began).astimezone()
        shown.add_row(
            Text(row.run),
            Text(f"{began:%Y-%m-%d %H:%M}"),
            Text(row.verdict or "–"),
            Prose(row.what),
        )
    return shown
