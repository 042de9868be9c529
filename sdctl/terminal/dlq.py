"""The list of dead letters: those that died of the same error together, a line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from sdctl.app.contract import INJECTED
from sdctl.foundation import moments
from sdctl.foundation.units import counted, format_duration
from sdctl.terminal.prose import Prose

_FEW = 3
"""So many letters are named in a plan; of more, how many they are."""


def table(
    letters: Sequence[Mapping[str, Any]], most: int, now: datetime | None = None
) -> RenderableType:
    """Within 80 columns, ``most`` letters, the oldest first; `dlq show` has the rest of each. How
    many died of an error counts them all."""
    room = most
    at = now or datetime.now(UTC)
    parts: list[RenderableType] = []
    for error, died in _by_error(sorted(letters, key=_failed_first)).items():
        by = " (by a fault of sdctl)" if error.startswith(INJECTED) else ""
        parts.append(Prose(error + by, head=f"{len(died)} × ", head_style="bold", indent=2))
        parts += [_rows(died[:room], at)] if room else []
        room -= len(died[:room])
    return Group(*parts)


def plan(what: str, letters: Sequence[Mapping[str, Any]]) -> list[str]:
    """What would be done, such as ``try again``, with how many: those that died of the same error
    together, in a line with their ids where these are few, and at last the sum."""
    lines = []
    for error, died in _by_error(letters).items():
        ids = f" ({', '.join(letter['id'] for letter in died)})" if len(died) <= _FEW else ""
        lines.append(f"{what}: {counted(len(died), 'dead letter')} of `{error}`{ids}")
    return [*lines, f"{counted(len(letters), 'dead letter')} in all"] if lines else []


def line(value: object) -> str:
    """A letter's value; one that has parts as JSON, which can be pasted."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def older(letters: Sequence[Mapping[str, Any]], run: str, began: str) -> str:
    """How many letters were there before the last run began, at ``began``; empty: none."""
    start = datetime.fromisoformat(began)
    before = [
        letter
        for letter in letters
        if (failed := _moment(letter["failed_at"])) is not None and failed < start
    ]
    said = f"{len(before)} of {len(letters)} are older, from before the last run ({run})"
    return said if before else ""


def _by_error(letters: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for letter in letters:
        error = " ".join((letter["error"] or "no reason is known").split())
        groups.setdefault(error, []).append(letter)
    return groups


def _rows(letters: Sequence[Mapping[str, Any]], at: datetime) -> Table:
    rows = Table(box=None, padding=(0, 1), header_style="dim")
    for heading in ("order id", "attempts", "age", "given up by"):
        rows.add_column(heading, no_wrap=True, min_width=len(heading))
    for letter in letters:
        rows.add_row(
            letter["id"],
            str(letter["attempts"] or "–"),
            _age(letter["failed_at"], at),
            letter.get("failed_by") or "–",
        )
    return rows


def _age(failed_at: str | None, now: datetime) -> str:
    failed = _moment(failed_at)
    if failed is None:
        return "–"
    seconds = (now - failed).total_seconds()
    # whole ones: it is for people
    return format_duration(max(0, round(seconds)))


def _failed_first(letter: Mapping[str, Any]) -> tuple[bool, float]:
    """The order by age, the oldest first; at last those whose age is not known."""
    failed = _moment(letter["failed_at"])
    return failed is None, failed.timestamp() if failed else 0.0


def _moment(failed_at: object) -> datetime | None:
    """None: the letter does not say it. Not only a worker may have written it."""
    try:
        return moments.of_text(str(failed_at or ""))
    except ValueError:
        return None
