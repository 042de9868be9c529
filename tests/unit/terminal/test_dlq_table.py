from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from sdctl.terminal.dlq import line, older, plan, table

NOW = datetime(2026, 1, 1, 0, 2, 3, tzinfo=UTC)
LETTER = {
    "id": "0190f3a1-1111-7222-8333-444455556666",
    "attempts": 4,
    "failed_at": "2026-01-01T00:00:00.250Z",
    "failed_by": "worker-2",
    "error": "WorkFailedError: order is\nnot in the database [here]",
}


def lines(*letters: dict[str, object], most: int = 30) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table(letters, most, NOW))
    return capture.get().splitlines()


def test_letters_of_one_error_must_stand_under_it_a_line_each() -> None:
    other = {**LETTER, "id": "x", "error": "injected"}
    found = lines(LETTER, other, LETTER)
    assert found[0] == "2 × WorkFailedError: order is not in the database [here]"
    assert found[1].split() == ["order", "id", "attempts", "age", "given", "up", "by"]
    assert found[2] == found[3]
    assert " ".join(found[2].split()) == f"{LETTER['id']} 4 2 min 3 s worker-2"
    assert found[4] == "1 × injected (by a fault of sdctl)"
    assert len(found) == 7
    assert all(len(row.rstrip()) <= 80 for row in found)


def test_of_many_letters_the_first_must_be_shown_and_all_be_counted() -> None:
    found = lines(*[LETTER] * 40, {**LETTER, "error": "injected"}, most=3)
    assert found[0].startswith("40 × ")
    assert (found[-1], len(found)) == ("1 × injected (by a fault of sdctl)", 6)


def test_the_oldest_letter_must_be_shown_first_and_one_without_an_age_last() -> None:
    moments = ("2026-01-01T00:02:00.000Z", None, "2026-01-01T00:00:00.000Z")
    found = lines(*({**LETTER, "id": f"o-{n}", "failed_at": at} for n, at in enumerate(moments)))
    assert [row.split()[0] for row in found[2:]] == ["o-2", "o-0", "o-1"]


def test_a_value_with_parts_must_be_json() -> None:
    assert line({"order_id": "o-1", "note": None}) == '{"order_id": "o-1", "note": null}'
    assert (line("text"), line(4), line(None)) == ("text", "4", "–")


def test_what_the_broker_moved_must_be_a_line_too() -> None:
    why, _, row = lines({"id": "x", "attempts": None, "failed_at": None, "error": None})
    assert why == "1 × no reason is known"
    assert row.split() == ["x", "–", "–", "–"]


@pytest.mark.parametrize("failed_at", ["soon", "", "2026-01-01T00:00:00", 5])
def test_a_letter_that_another_program_wrote_must_have_no_age(failed_at: object) -> None:
    """Anybody with the password can send one."""
    _, _, row = lines({**LETTER, "failed_at": failed_at})
    assert "–" in row.split()
    assert older([{**LETTER, "failed_at": failed_at}], "r1", "2026-01-01T00:00:30.000Z") == ""


def test_letters_from_before_the_last_run_must_be_counted_apart() -> None:
    later = {**LETTER, "failed_at": "2026-01-01T00:01:00.000Z"}
    unknown = {**LETTER, "failed_at": None}
    said = older([LETTER, LETTER, later, unknown], "r1", "2026-01-01T00:00:30.000Z")
    assert said == "2 of 4 are older, from before the last run (r1)"
    assert older([later], "r1", "2026-01-01T00:00:30.000Z") == ""


def test_a_plan_must_tell_many_letters_by_their_error_and_their_sum() -> None:
    other = {**LETTER, "id": "x", "error": "injected"}
    assert plan("try again", [*[LETTER] * 40, other]) == [
        "try again: 40 dead letters of `WorkFailedError: order is not in the database [here]`",
        "try again: 1 dead letter of `injected` (x)",
        "41 dead letters in all",
    ]
    assert plan("delete", []) == []
