"""Steps on a narrow terminal: what stays, stays whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sdctl.terminal.console import OneLine, console
from sdctl.terminal.screen import Screen
from sdctl.terminal.steps import Steps

LONG = "predicted: attempts failed 331 to 1142 (75 writes/s × 10 s × 0.5, each of them 3 times)"
UP = "\x1b[1A"
"""The cursor goes to the line above, which may be one that is to stay."""


ERASE = "\x1b[2K"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [1, 2, 20, 80, 200])
def test_what_is_drawn_over_must_be_one_line_however_long_its_text_is(width: int) -> None:
    out = Console(file=io.StringIO(), width=width, color_system=None)
    [line] = out.render_lines(OneLine(f"{LONG}\nmore"), pad=False)
    assert sum(segment.cell_length for segment in line) <= width


def test_no_step_must_go_back_over_a_line_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    out, screen = Terminal(), Screen(as_json=False, color=False)
    screen.err = console(file=out, color=False)
    with Steps(screen) as steps:
        steps.say(LONG)
        steps.say("the end")
        drawn = out.getvalue()
    assert UP not in drawn
    assert "  them 3 times)" in drawn
    assert "…" in drawn, "the line that lives is cut, not the one that stays"


def test_the_first_line_must_never_be_put_onto_the_first_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out, screen = Terminal(), Screen(as_json=False, color=False)
    screen.err = console(file=out, color=False)
    with Steps(screen) as steps:
        assert "starting" in out.getvalue(), "it is there before a line can be"
        drawn = len(out.getvalue())
        steps.say("a step")
        assert ERASE in out.getvalue()[drawn:].partition("a step")[0]
