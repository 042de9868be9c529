"""Whatever comes from a file, a server or a log is text: it never commands the terminal."""

from __future__ import annotations

import io
import sys

import pytest
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sdctl.foundation import output
from sdctl.foundation.controls import visible
from sdctl.terminal.console import console
from sdctl.terminal.prose import Prose, say

TITLE = "\x1b]0;mine\x07"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def table() -> Table:
    found = Table(TITLE)
    found.add_row(Prose(f"leader {TITLE}"))
    found.add_row(Text(f"leader {TITLE}"))
    return found


@pytest.mark.parametrize("what", [TITLE, Text(TITLE), Prose(TITLE), Panel(Text(TITLE)), table()])
def test_a_console_must_show_control_characters_as_escapes(what: object) -> None:
    out = io.StringIO()
    console(file=out).print(what)
    assert "\x1b" not in out.getvalue()
    assert r"\x1b]0;mine" in out.getvalue()


def test_what_is_said_must_be_text_on_a_terminal_too() -> None:
    out = Terminal()
    say(console(file=out, color=False), f"lost {TITLE}")
    assert r"lost \x1b]0;mine\x07" in out.getvalue()


def test_a_result_must_be_text_on_a_terminal_and_untouched_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for out, came in ((Terminal(), r"\x1b[2J"), (io.StringIO(), "\x1b[2J")):
        monkeypatch.setattr(sys, "stdout", out)
        output.line("\x1b[2J")
        assert out.getvalue() == f"{came}\n"


def test_a_warning_must_be_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.warn(f"f-1 {TITLE}")
    assert capsys.readouterr().err == "warning: f-1 \\x1b]0;mine\\x07\n"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain, ü 日本\ttab\nline", "plain, ü 日本\ttab\nline"),
        ("a\rb\x00\x9b", "a\\x0db\\x00\\x9b"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
    ],
)
def test_only_control_characters_must_become_escapes(text: str, seen: str) -> None:
    assert visible(text) == seen
