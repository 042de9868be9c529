from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from sdctl.terminal.dlq import table

NOW = datetime(2026, 1, 1, 0, 2, 3, tzinfo=UTC)
LETTER = {
    "id": "0190f3a1-1111-7222-8333-444455556666",
    "attempts": 4,
    "failed_at": "2026-01-01T00:00:00.250Z",
    "error": "WorkFailedError: order is\nnot in the database, and much more is said of it [here]",
}


def lines(*letters: dict[str, object]) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table(letters, NOW))
    return capture.get().splitlines()


def test_a_letter_must_be_one_line_of_80_columns_with_its_whole_id() -> None:
    heading, *rows = lines(LETTER, LETTER)
    assert heading.split() == ["id", "tries", "age", "why"]
    assert len(rows) == 2
    assert all(len(row.rstrip()) <= 80 for row in rows)
    assert rows[0].split()[:4] == [LETTER["id"], "4", "2m3s", "WorkFailedError:"]


def test_what_the_broker_moved_must_be_a_line_too() -> None:
    [_, row] = lines({"id": "x", "attempts": None, "failed_at": None, "error": None})
    assert row.split() == ["x", "–", "–", "–"]
