"""The list of runs, within 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.foundation.units import format_duration
from sdctl.judge.run_list import RunRow
from sdctl.terminal.prose import Prose


def table(rows: Sequence[RunRow]) -> RenderableType:
    """A line each, the last run first; moments are of this machine's clock. ``stopped`` is for how
    long writes stopped."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("run", "began", "verdict", "stopped"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("what")
    for row in rows:
        began = datetime.fromisoformat(row.began).astimezone()
        shown.add_row(
            Text(row.run),
            Text(f"{began:%Y-%m-%d %H:%M}"),
            Text(row.word),
            Text(_stopped(row.rto_ms)),
            Prose(row.told),
        )
    return shown


def _stopped(rto_ms: float | None) -> str:
    if rto_ms is None:
        return "–"
    return format_duration(rto_ms / 1000) if rto_ms else "no"
