"""Lines end between words, never within a command, and early for nothing else."""

from __future__ import annotations

import io
import itertools

import pytest
from rich.console import Console

from sdctl.foundation.wrapping import first_clauses, shortened, wrapped
from sdctl.judge.error_answers import ErrorAnswer
from sdctl.terminal.prose import Prose, say

CAUSE = (
    "74 × 503 by app, for database: the write did not reach the leader (postgres-1: all of its "
    "connections were in use), see `sdctl explain no free connection`"
)


@pytest.mark.parametrize("width", range(45, 141, 5))
def test_no_line_must_cut_a_word_or_a_command_nor_end_early_for_a_parenthesis(width: int) -> None:
    lines = wrapped(CAUSE, width, indent=2)
    assert " ".join(line.strip() for line in lines) == CAUSE
    assert max(map(len, lines)) <= width
    for line, after in itertools.pairwise(lines):
        assert line.count("`") % 2 == 0, line
        if not after.strip().startswith("`"):
            word = after.split()[0]
            left = width - len(line) - 1
            assert left < len(word) or (word[0] == "(" and left <= width // 8), lines


def test_a_short_parenthesis_must_stay_whole_with_its_command() -> None:
    told = "a leader was killed (± 13ms) and (see `sdctl explain rto`) what comes of that"
    assert wrapped(told, 26) == [
        "a leader was killed",
        "(± 13ms) and (see",
        "`sdctl explain rto`) what",
        "comes of that",
    ]


@pytest.mark.parametrize("width", range(12, 80))
def test_no_line_must_end_between_a_number_and_its_unit_or_behind_a_sign(width: int) -> None:
    """Also in a parenthesis that is longer than a line."""
    told = (
        "(75 writes/s × 10 s × 0.5 + 100 rps + 3.5 s of them, 2.4 s (to agree), 84 % of 60 % → 5)"
    )
    lines = [line.strip() for line in wrapped(f"predicted: {told}", width)]
    assert " ".join(lines) == f"predicted: {told}"
    for line, after in itertools.pairwise(lines):
        assert line[-1] not in "×+→", lines
        assert not (
            line[-1].isdigit() and after.split()[0].strip(",)") in ("s", "%", "rps", "writes/s")
        )


def test_what_is_longer_than_a_line_must_be_broken_where_it_must() -> None:
    assert wrapped("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert wrapped("(a b c d)", 5) == ["(a b", "c d)"]
    assert wrapped("", 10) == [""]
    assert wrapped("a  table\nand more", 10) == ["a  table", "and more"], "what fits is left alone"
    assert wrapped("  a bb cc", 6, indent=1) == ["  a bb", "   cc"]


def test_columns_must_stay_where_a_line_is_wrapped() -> None:
    told = "  search     finds the request's lines: two, by their id"
    assert wrapped(told, 40, indent=11) == [
        "  search     finds the request's lines:",
        "             two, by their id",
    ]


def test_what_has_no_room_must_end_with_a_whole_clause_or_be_left_out() -> None:
    why = ": nothing is lost: each of 1037 acknowledged writes is there, once (all; of them); more"
    assert first_clauses(why, 60) == ": nothing is lost"
    assert first_clauses(why, 82) == why[: why.rindex(";")]
    assert first_clauses(why, 10) == ""
    named = ": f-3: was ended early, after 2.22 s; f-4: was ended early, after 1.5 s"
    assert first_clauses(named, 50) == ": f-3: was ended early, after 2.22 s", "not f-4 alone"
    assert first_clauses(named, 20) == ""
    assert first_clauses(why, 200) == why


def test_a_reason_that_is_too_long_must_end_before_what_would_be_cut() -> None:
    text = (
        "the database cannot be read now " + "and so on " * 15 + "(postgres-1: no free connection)"
    )
    short = shortened(text, 200)
    assert len(short) <= 200
    assert short.endswith("and so on…")
    assert shortened("short (and whole)", 200) == "short (and whole)"
    assert shortened("y" * 300, 200) == "y" * 199 + "…"
    answer = ErrorAnswer.of(503, b'{"detail": "%s"}' % text.encode())
    assert answer.why == short


@pytest.mark.parametrize(("terminal", "lines"), [(True, 3), (False, 1)])
def test_a_sentence_must_be_wrapped_for_a_terminal_alone(terminal: bool, lines: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=terminal, color_system=None)
    say(console, Prose(CAUSE, head="error: ", head_style="bold"))
    assert len(out.getvalue().splitlines()) == lines
