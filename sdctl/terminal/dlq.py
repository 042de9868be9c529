"""The table of dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from sdctl.foundation.units import format_duration


def table(letters: Sequence[dict[str, Any]], now: datetime | None = None) -> Table:
    """One line each, within 80 columns; `dlq show` has the rest."""
    made = Table(box=None, padding=(0, 1), header_style="dim", expand=True)
    for heading in ("id", "tries", "age", "why"):
        # the reason takes what the others leave
        ratio = 1 if heading == "why" else None
        made.add_column(heading, no_wrap=True, overflow="ellipsis", ratio=ratio)
    for letter in letters:
        made.add_row(
            letter["id"],
            str(letter["attempts"] or "–"),
            _age(letter["failed_at"], now or datetime.now(UTC)),
            Text(" ".join((letter["error"] or "–").split())),
        )
    return made


def _age(failed_at: str | None, now: datetime) -> str:
    if failed_at is None:
        return "–"
    seconds = (now - datetime.fromisoformat(failed_at)).total_seconds()
    # whole ones: it is for people
    return format_duration(max(0, round(seconds)))
