"""Keys on a real terminal, which is a pseudo terminal here."""

from __future__ import annotations

import os
import pty
import sys
import termios
from collections.abc import Iterator

import pytest

from sdctl.terminal import keys


@pytest.fixture
def typist(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where somebody types; the other end is this process's input."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as reader:
        monkeypatch.setattr(sys, "stdin", reader)
        yield ours
    os.close(ours)


@pytest.mark.parametrize(
    ("typed", "quits"),
    [(b"q", True), (b"Q", True), (b"xq", True), (b"x\r", False), (b"\x1bOQ", False), (b"", False)],
)
def test_only_its_key_must_end_it(typist: int, typed: bytes, quits: bool) -> None:
    with keys.unechoed():
        os.write(typist, typed)
        assert keys.pressed("q", 0.05) is quits


def test_no_key_must_be_shown_and_the_terminal_be_as_before(typist: int) -> None:
    before = termios.tcgetattr(sys.stdin)
    with keys.unechoed():
        os.write(typist, b"x")
        assert not keys.pressed("q", 0.05)
    assert termios.tcgetattr(sys.stdin) == before
    os.set_blocking(typist, False)
    with pytest.raises(BlockingIOError):
        os.read(typist, 1)


def test_a_key_that_comes_while_it_waits_must_end_it_at_once(typist: int) -> None:
    with keys.unechoed():
        os.write(typist, b"abc")
        assert not keys.pressed("q", 0.05)
        os.write(typist, b"q")
        assert keys.pressed("q", 30)


def test_without_a_terminal_nothing_must_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"q")
    with os.fdopen(ours) as reader, os.fdopen(theirs, "w"):
        monkeypatch.setattr(sys, "stdin", reader)
        with keys.unechoed():
            assert not keys.pressed("q", 0.01)
        assert os.read(ours, 1) == b"q"
