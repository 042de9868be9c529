"""What is written to whom: results to stdout, words for people to stderr. Either may be closed, or
go away in the middle of the work, which goes on."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import select
import shutil
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from sdctl.foundation import controls, own_command
from sdctl.foundation.wrapping import wrapped

_GONE = (errno.EPIPE, errno.EIO, errno.EBADF)
"""The reader has enough, the terminal was closed, there never was one."""


_SILENT_S = 0.35
_lock = threading.Lock()
_spoken = _noticed = False


def meanwhile(text: str) -> None:
    """Show ``text`` where a person waits for the first word; that takes its place."""
    if not os.isatty(2) or os.environ.get("TERM", "dumb") == "dumb":
        return
    timer = threading.Timer(_SILENT_S, _notice, (text,))
    timer.daemon = True
    timer.start()


def _notice(text: str) -> None:
    global _noticed
    with _lock, contextlib.suppress(OSError):
        if not _spoken:
            os.write(2, text.encode())
            _noticed = True


def speak() -> None:
    """Now comes the first word, or somebody else gets the terminal."""
    global _spoken, _noticed
    with _lock, contextlib.suppress(OSError):
        _spoken = True
        if _noticed:
            os.write(2, b"\r\x1b[K")
        _noticed = False


class ReaderGone(Exception):
    """Nobody reads what would go on for ever."""


class _Kept(io.FileIO):
    """Writes until the reader is gone, which is no error of the command."""

    gone = False

    def write(self, data: Any, /) -> int:
        """As ``FileIO``; what cannot arrive counts as written."""
        if not _spoken:
            speak()
        try:
            while not self.gone:
                if (written := super().write(data)) is not None:
                    return written
                self._await_room()
            return len(memoryview(data).cast("B"))
        except OSError as error:
            if error.errno not in _GONE:
                error.filename = error.filename or _NAMES.get(self.fileno())
                raise
            self.gone = True
            return len(memoryview(data).cast("B"))

    def _await_room(self) -> None:
        """Another process of the same pipe or terminal may have made it one that does not wait."""
        room = select.poll()
        room.register(self.fileno(), select.POLLOUT)
        room.poll()


_NAMES = {1: "the output (stdout)", 2: "the messages (stderr)"}
_raw: dict[int, _Kept] = {}
_documents = 0
_warned: set[str] = set()


def begin() -> None:
    """A command begins: it has printed no document, and warned of nothing yet."""
    global _documents
    _documents = 0
    _warned.clear()


def prepare() -> None:
    """Make both streams ones that may go away, and give a closed one nothing to read. Before
    anything else is opened: a file must not be given a closed stream's number."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            # a load process has none of its own either
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stdout is sys.__stdout__:
        sys.stdout = _kept(1, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _kept(2, sys.stderr)
    if not os.environ.get("COLUMNS", "1").isdigit() or os.environ.get("COLUMNS") == "0":
        del os.environ["COLUMNS"]  # says nothing about the terminal


def _kept(number: int, before: TextIO | None) -> TextIO:
    if before is not None:
        before.flush()
    _raw[number] = _Kept(number, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(_raw[number]),
        encoding=before.encoding if before is not None else "utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or _raw[number].isatty(),
        write_through=number == 2,
    )


def finish() -> None:
    """Write out what is still kept back. Raises ``OSError`` when it cannot be, once."""
    speak()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        lost(error)
        raise
    finally:
        if sys.stderr is not None:
            sys.stderr.flush()


def lost(error: OSError) -> None:
    """A stream refused what was written, and that is being told: nothing more is tried there."""
    for number, raw in _raw.items():
        if error.filename == _NAMES[number]:
            raw.gone = True


def document(value: object) -> None:
    """One JSON document on stdout."""
    global _documents
    _documents += 1
    text = json.dumps(value, indent=None if not sys.stdout.isatty() else 1)
    sys.stdout.write(text + "\n")


def line(text: str, end: str = "\n") -> None:
    """A line of a result on stdout: a terminal gets no control characters, any other what came."""
    print(controls.visible(text) if sys.stdout.isatty() else text, end=end)


def documents() -> int:
    """How many there were. A command has one, so an error after it is told to people only."""
    return _documents


def is_stdout(path: Path) -> bool:
    """Whether what is written to a path goes to stdout, and is read there."""
    try:
        there, ours, nobody = path.stat(), os.fstat(1), Path(os.devnull).stat()
    except OSError:
        return False
    return os.path.samestat(there, ours) and not os.path.samestat(ours, nobody)


def check(*, flush: bool = True) -> None:
    """For output that goes on and on. Raises ``ReaderGone`` when nobody reads it any more."""
    if flush:
        sys.stdout.flush()
    if 1 in _raw and _raw[1].gone:
        raise ReaderGone


def warn(text: str) -> None:
    """Tell people something that does not end the command; once."""
    if text not in _warned:
        _warned.add(text)
        said = f"warning: {own_command.named(text)}"
        if sys.stderr.isatty():
            said = "\n".join(wrapped(said, shutil.get_terminal_size().columns))
        print(controls.visible(said), file=sys.stderr)
