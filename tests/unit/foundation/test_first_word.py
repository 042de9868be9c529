"""Whoever waits at a terminal for the first word is told that it comes; that takes its place."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

SAYS = """
import sys, time
from sdctl.foundation import output
output.prepare()
output.meanwhile("one moment")
time.sleep(float(sys.argv[1]))
print("done", file=sys.stderr)
output.finish()
"""


@pytest.mark.parametrize(
    ("waits", "seen"), [(0.8, b"one moment\r\x1b[Kdone\r\n"), (0.0, b"done\r\n")]
)
def test_the_first_word_must_take_the_place_of_what_is_shown_until_then(
    waits: float, seen: bytes
) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", SAYS, str(waits)],
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        check=True,
    )
    os.close(theirs)
    assert os.read(ours, 1000) == seen
    os.close(ours)


def test_where_nobody_sits_nothing_must_be_shown() -> None:
    done = subprocess.run([sys.executable, "-c", SAYS, "0.8"], capture_output=True, check=True)
    assert done.stderr == b"done\n"
