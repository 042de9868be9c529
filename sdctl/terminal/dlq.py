"""The table of dead letters."""

from __future__ import annotations

from typing import Any

from rich.table import Table


def table(letters: list[dict[str, Any]]) -> Table:
    """One line each, within 80 columns; `dlq show` has the rest."""
    made = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("id", "tries", "failed at", "by", "error"):
        made.add_column(heading, no_wrap=heading != "error", overflow="ellipsis")
    for each in letters:
        made.add_row(
            each["id"],
            str(each["attempts"] or "–"),
            (each["failed_at"] or "–")[11:19],
            each["failed_by"] or "–",
            each["error"] or "–",
        )
    return made
