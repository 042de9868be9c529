"""Whoever waits at a terminal for the first word is told that it comes; that takes its place."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

SAYS = """
import sys, threading
from sdctl.foundation import output
output._SILENT_S = float(sys.argv[1])
output.prepare()
output.meanwhile("one moment")
if sys.argv[2:]:
    for timer in threading.enumerate()[1:]:
        timer.join()
print("done", file=sys.stderr)
output.finish()
"""


@pytest.mark.parametrize(
    ("words", "seen"),
    [(["0.1", "late"], b"one moment\r\x1b[Kdone\r\n"), (["60"], b"done\r\n")],
)
def test_the_first_word_must_take_the_place_of_what_is_shown_until_then(
    words: list[str], seen: bytes
) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", SAYS, *words],
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        check=True,
    )
    os.close(theirs)
    assert os.read(ours, 1000) == seen
    os.close(ours)


def test_where_nobody_sits_nothing_must_be_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SAYS, "0.1", "late"], capture_output=True, check=True
    )
    assert done.stderr == b"done\n"
