"""One command at a time changes a stack. The lock says which, and since when.

It is the kernel's lock on a file (``flock``): it is free again when its holder ends, however that
ends. The file is removed with the lock still held, so nothing is left behind, and who opened the
file before that finds out: what it locked is no longer what stands there.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdctl.errors import UsageError
from sdctl.units import format_duration


@contextmanager
def held(path: Path, stack: str, doing: str) -> Iterator[None]:
    """Hold the lock ``path`` of a stack while ``doing``, a command such as ``chaos pause``.

    Raises ``UsageError`` when another command holds it. The folder goes too if nothing else is in
    it: a command that made nothing leaves nothing.
    """
    file = _take(path, stack)
    try:
        os.ftruncate(file, 0)
        value = {"command": doing, "pid": os.getpid(), "since": time.time()}
        os.pwrite(file, json.dumps(value).encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()
        os.close(file)


def _take(path: Path, stack: str) -> int:
    """A descriptor of the file that stands at ``path``, locked."""
    while True:
        # whoever held it may remove the folder at any moment, also while it is made here
        with contextlib.suppress(FileExistsError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(file, 4096, 0)
            gone = not _stands_at(file, path)
            os.close(file)
            if not gone:
                raise _busy(stack, said) from None
        else:
            if _stands_at(file, path):
                return file
            os.close(file)


def _stands_at(file: int, path: Path) -> bool:
    """Whether an open file is the one at ``path`` still."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _busy(stack: str, said: bytes) -> UsageError:
    try:
        holder = json.loads(said)
        since = time.strftime("%H:%M:%S", time.localtime(holder["since"]))
        lasts = format_duration(round(max(0.0, time.time() - holder["since"])))
        who = f"`sdctl {holder['command']}` (pid {holder['pid']}, since {since}: {lasts})"
    except (ValueError, KeyError, TypeError):
        who = "another sdctl"  # it has the lock, and has not said yet who it is
    return UsageError(
        f"{who} is at work on the stack {stack!r}",
        hint="Wait until it has ended, or end it with Ctrl-C where it runs. Another stack is free: "
        "--stack NAME.",
    )
