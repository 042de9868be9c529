"""How a signal ends a command: as one exception, so that every ``finally`` puts things in order.

Ctrl-C, SIGTERM and SIGHUP are heard alike. The first raises :class:`Stopped` wherever the main
thread is; while things are ``held()`` together it waits until they no longer are. The second
changes nothing: whatever has to be healed is being healed. The third leaves what is under way as
it is, and a fault's healer goes on with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WORDS: dict[int, str] = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "told to end (SIGTERM)",
    signal.SIGHUP: "the terminal was closed (SIGHUP)",
}
_SAME_S = 0.5
"""One action may send a signal twice: `timeout` and a closed terminal do."""
_AGAIN_S = 0.02
_SECOND = b"\nputting things in order; once more leaves them as they are\n"


class Stopped(KeyboardInterrupt):
    """A signal told the command to end; its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class _Heard:
    leave: Callable[[int], None] | None = None
    """Ends the process at once: nothing is under way yet."""
    first: int | None = None
    latest: float = 0.0
    count: int = 0
    depth: int = 0
    pending: bool = False


_heard = _Heard()


def listen(leave: Callable[[int], None]) -> None:
    """From now on signals end this process by ``leave``: it has only begun to load itself."""
    _heard.__dict__.update(_Heard(leave=leave).__dict__)
    for number in ENDING:
        # `nohup` asks for SIGHUP to change nothing
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _take)
    sys.unraisablehook = _not_lost


def begin() -> None:
    """From now on something is under way: signals raise ``Stopped``."""
    _heard.leave = None


def first() -> int | None:
    """The signal that ended the command; None: there was none."""
    return _heard.first


@contextlib.contextmanager
def held() -> Iterator[None]:
    """What must be whole: a signal waits until the end of the block, then raises there. In another
    thread than the main one nothing is interrupted, so nothing has to wait."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _heard.depth += 1
    try:
        yield
    finally:
        _heard.depth -= 1
    if _heard.pending and not _heard.depth and _heard.first is not None:
        _heard.pending = False
        raise Stopped(_heard.first)


@contextlib.contextmanager
def let_in() -> Iterator[None]:
    """Within ``held()``: what may be ended early."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    depth, _heard.depth = _heard.depth, 0
    try:
        if _heard.pending and _heard.first is not None:
            _heard.pending = False
            raise Stopped(_heard.first)
        yield
    finally:
        _heard.depth = depth


def _take(number: int, frame: FrameType | None) -> None:
    now, before = time.monotonic(), _heard.latest
    _heard.latest = now
    if _heard.leave is not None:
        _heard.leave(number)
    if _heard.first == number and now - before < _SAME_S:
        return
    _heard.count += 1
    if _heard.count == 1:
        _heard.first = number
        if _heard.depth:
            _heard.pending = True
            return
    elif _heard.count == 2:
        with contextlib.suppress(OSError):
            os.write(2, _SECOND)
        return
    assert _heard.first is not None
    raise Stopped(_heard.first)


def _not_lost(unraisable: sys.UnraisableHookArgs) -> None:
    """A signal that fell into a destructor or a callback, where Python drops what is raised, comes
    once more."""
    dropped = unraisable.exc_value
    if not isinstance(dropped, Stopped):
        sys.__unraisablehook__(unraisable)
        return
    while True:
        try:
            _send_again(dropped.number)
            return
        except Stopped as early:  # on a busy machine it comes before this has ended
            dropped = early


def _send_again(number: int) -> None:
    _heard.count, _heard.first, _heard.latest = 0, None, 0.0
    again = threading.Timer(_AGAIN_S, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()
