"""Wakes the sender at an exact moment.

uvloop's timers count whole milliseconds (MagicStack/uvloop#359), which would add up to a
millisecond to every response time. Linux has ``timerfd``; elsewhere the loop's timer must do.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import sys
import time
from array import array
from collections.abc import Callable
from typing import Protocol

_CLOCK_MONOTONIC = 1
_TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_TFD_TIMER_ABSTIME = 1


class Waker(Protocol):
    """One pending call at a time. Each call back must end in ``at`` or ``close``."""

    def at(self, moment: float) -> None:
        """Call back at ``moment`` of ``time.monotonic()``; replaces an earlier call."""

    def close(self) -> None:
        """Never call back again."""


def waker(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> Waker:
    """The most exact waker this machine has."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            return _TimerFdWaker(loop, callback)
    return _LoopWaker(loop, callback)


class _LoopWaker:
    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._handle: asyncio.TimerHandle | None = None

    def at(self, moment: float) -> None:
        self.close()
        # never less than the loop's resolution: rounded down to 0 it would spin until the moment
        delay = max(moment - time.monotonic(), 0.001)
        self._handle = self._loop.call_later(delay, self._callback)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.cancel()


class _TimerFdWaker:
    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        # the file descriptor's own functions are in the os module from Python 3.13 on
        create = ctypes.CDLL(None, use_errno=True).timerfd_create
        self._fd = int(create(_CLOCK_MONOTONIC, _TFD_NONBLOCK_CLOEXEC))
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        # it returns at once: to let go of the interpreter's lock for it costs more than the call
        self._settime = ctypes.PyDLL(None).timerfd_settime
        self._settime.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._loop = loop
        # a struct itimerspec: the interval, then the moment, each in seconds and nanoseconds
        self._spec = array("l", (0, 0, 0, 0))
        self._address = self._spec.buffer_info()[0]
        # setting it anew also takes back that it fired, which saves reading it
        loop.add_reader(self._fd, callback)

    def at(self, moment: float) -> None:
        spec = self._spec
        spec[2] = seconds = int(moment)
        # a zero time would disarm it; a moment gone by fires at once
        spec[3] = int((moment - seconds) * 1e9) or 1
        self._settime(self._fd, _TFD_TIMER_ABSTIME, self._address, None)

    def close(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1
