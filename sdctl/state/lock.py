"""One command at a time changes a stack. The lock says which, and since when.

It is the kernel's lock on a file (``flock``): it is free again when its holder ends, however that
ends. The file is removed with the lock still held, so nothing is left behind, and who opened the
file before that finds out: what it locked is no longer what stands there.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdctl.foundation import json_files, moments, processes, waiting
from sdctl.foundation.errors import UsageError
from sdctl.foundation.units import format_duration

_LEFT_S = 60.0
"""How long what a killed command left at work is waited for."""
_SAYS_S = 2.0
"""Within this a holder has said who it is. Who only looks takes the lock too, for as long as that
look lasts, and says nothing."""
_TRIES = 1000
"""A folder that is never there when it was made is none, such as a link that leads nowhere."""


@contextmanager
def held(path: Path, stack: str, doing: str) -> Iterator[None]:
    """Hold the lock ``path`` of a stack while ``doing``, a command such as ``chaos pause``.

    Raises ``UsageError`` when another command holds it. The folder, and the one around it, go too
    if nothing else is in them: a command that made nothing leaves nothing.
    """
    file = _take(path, stack)
    try:
        value = {"command": doing, **processes.this(), "since": time.time()}
        with contextlib.suppress(OSError):  # a full disk: it is held all the same, by nobody known
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(value).encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()
            path.parent.parent.rmdir()  # that of all stacks, after the first
        os.close(file)


def holder(path: Path, *, but: int = 0) -> str:
    """Who holds the lock, such as ``sdctl up (pid 7, begun 3s ago)``; empty: nobody, or the
    process ``but``. Makes nothing."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return ""
    try:
        # shared: of two that look at one moment, neither is taken for a holder
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        found = _Holder.of(os.pread(file, 4096, 0))
        return "" if found.pid == but else found.who()
    finally:
        os.close(file)
    return ""


def _take(path: Path, stack: str) -> int:
    """A descriptor of the file that stands at ``path``, locked.

    A holder that was killed may have left a process at work, which holds the lock with it: that
    ends soon, and is waited for.
    """
    nameless_until = time.monotonic() + _SAYS_S

    def settled(got: int | _Holder) -> bool:
        if isinstance(got, int):
            return True
        return got.runs() and (bool(got.command) or time.monotonic() > nameless_until)

    _, got = waiting.until(lambda: _attempt(path), settled, timeout_s=_LEFT_S, every_s=0.1)
    if isinstance(got, int):
        return got
    raise UsageError(
        f"{got.who()} is working on the stack {stack!r}",
        hint="Wait until it ends, or end it with Ctrl-C. Or use another stack: --stack NAME.",
    )


def _attempt(path: Path) -> int | _Holder:
    while True:
        file = _opened(path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(file, 4096, 0)
            gone = not _stands_at(file, path)
            os.close(file)
            if not gone:
                return _Holder.of(said)
        else:
            if _stands_at(file, path):
                # what is run for the stack holds it too, so that it is waited for
                os.set_inheritable(file, True)
                return file
            os.close(file)


def _opened(path: Path) -> int:
    """The lock's file, made with its folder. Raises ``OSError``."""
    for _ in range(_TRIES):
        # whoever held it may remove the folder at any moment, also while it is made here
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileNotFoundError):
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))


def _stands_at(file: int, path: Path) -> bool:
    """Whether an open file is the one at ``path`` still."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


@dataclass(frozen=True)
class _Holder:
    """Who has the lock, as far as it said."""

    command: str = ""
    pid: int = 0
    born: int | None = None
    since: float = 0.0

    @classmethod
    def of(cls, said: bytes) -> _Holder:
        try:
            value = json_files.parsed(said)
            since = moments.of_seconds(value["since"]).timestamp()
            return cls(str(value["command"]), int(value["pid"]), value.get("born"), since)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()  # it has not said yet who it is

    def runs(self) -> bool:
        return not self.command or processes.lives({"pid": self.pid, "born": self.born})

    def who(self) -> str:
        if not self.command:
            return "another sdctl"
        lasts = format_duration(round(max(0.0, time.time() - self.since)))
        left = "" if self.runs() else "what it started, as it was killed: "
        return f"{left}`sdctl {self.command}` (pid {self.pid}, begun {lasts} ago)"
