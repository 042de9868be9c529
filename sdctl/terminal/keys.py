"""Keys, one by one, on a terminal that is drawn over: none is shown, and none waits for Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager

_ESCAPE = b"\x1b"


@contextmanager
def unechoed() -> Iterator[None]:
    """For this time no key is shown. Afterwards the terminal is as it was."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin, termios.TCSADRAIN)
    try:
        yield
    finally:
        # what was typed meanwhile was meant for nobody, so the shell does not get it
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)


def pressed(key: str, within_s: float) -> bool:
    """Whether this letter is pressed in this time. Others do nothing."""
    if not sys.stdin.isatty():
        threading.Event().wait(within_s)
        return False
    until = time.monotonic() + within_s
    while select.select([sys.stdin], [], [], max(0.0, until - time.monotonic()))[0]:
        typed = os.read(sys.stdin.fileno(), 64)
        # an arrow or a function key is an escape with letters behind it; nothing: it hung up
        if not typed or (not typed.startswith(_ESCAPE) and key.encode() in typed.lower()):
            return True
    return False
