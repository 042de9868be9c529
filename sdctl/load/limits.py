"""What a load process asks of its machine and of Python before it sends."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
from collections.abc import Iterator

_OWN_FILES = 48
"""What a load process may need besides its connections: its event loop, its owner, look-ups of
names, files of the interpreter."""
_NICE = -10


def file_limit(wanted: int) -> int:
    """How many connections the limit on open files allows, after raising it as far as needed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted + _OWN_FILES:
        most = wanted + _OWN_FILES
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, soft - _OWN_FILES)


def files_missing() -> str:
    """Why not even one connection can be opened; empty when one can."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > _OWN_FILES:
        return ""
    return f"this shell allows {hard} open files, and a load needs {_OWN_FILES + 1} or more"


def go_first() -> None:
    """Raise this process's priority if that is allowed, so that the system under test, on the same
    machine, does not make its sends late. To be called before it starts threads."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, min(_NICE, niceness()))


def niceness() -> int:
    """This process's priority: 0 is usual, below it goes before others."""
    return os.getpriority(os.PRIO_PROCESS, 0)


@contextlib.contextmanager
def calm_collector() -> Iterator[None]:
    """Collect garbage rarely: a collection over all requests under way would make sends late."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    gc.collect()
    if not frozen:  # else somebody has done it already, and for longer than this
        gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()
