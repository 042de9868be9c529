"""Files that are whole or not there: written beside their place, then moved to it. What cannot be
read or written is told with the reason."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sdctl.foundation.errors import UsageError
from sdctl.foundation.places import real
from sdctl.foundation.units import format_size


def write_whole(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Put a file in its place in one step: whoever is killed, or finds the disk full, leaves what
    was there before. ``mode``: its rights; None: those of what is there, else all may read it.
    Raises ``OSError`` with the path."""
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe: there is nothing to keep
        with naming(path):
            path.write_bytes(_encoded(content))
        return
    place = real(path)
    with _beside(place, content, mode) as temporary:
        temporary.replace(place)


def write_new(path: Path, text: str) -> None:
    """The same for a file that must not be there yet. Its name is on the disk too when this
    returns: a machine that loses its power keeps it. Raises ``FileExistsError``."""
    with _beside(path, text) as temporary:
        path.hardlink_to(temporary)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same folder, for a file that is read and
    written again. It is the kernel's lock on the folder itself: nothing is left of it, however its
    holder ends. Raises ``OSError``."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def copy_folder(source: Path, place: Path) -> None:
    """Make a new folder with what is in another one. Raises the first ``OSError``, with the path,
    where ``shutil.copytree`` would collect them all without saying what they are."""
    place.mkdir()
    for path in sorted(source.rglob("*")):
        copy = place / path.relative_to(source)
        with naming(copy):
            if path.is_dir():
                copy.mkdir()
            else:
                shutil.copy(path, copy)


def append(path: Path, text: str) -> None:
    """Add to a file. Raises ``OSError`` with the path."""
    with naming(path), path.open("a", encoding="utf-8") as file:
        file.write(text)


def regular(path: Path) -> Path:
    """The same path, where a regular file stands at it: what else may be there, such as a named
    pipe, may never end. Raises ``OSError``."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return path


def bytes_of(path: Path, *, most: int) -> bytes:
    """All that is in a file of at most ``most`` bytes. What comes through this command's own pipe
    (``/dev/stdin``) is read too; a named pipe, which may never end, is not. Raises ``OSError``, and
    ``ValueError`` with what is wrong."""
    if not path.name:
        raise ValueError("no file is named")
    if stat.S_ISFIFO(path.stat().st_mode) and not path.is_relative_to("/dev"):
        raise ValueError("it is a named pipe, which may never end; pipe it into /dev/stdin")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"it is longer than {format_size(most)}")
    return data


def text_of(path: Path, *, most: int) -> str:
    """The same as text, without a byte order mark. Raises ``UsageError``."""
    try:
        return bytes_of(path, most=most).decode("utf-8-sig")
    except UnicodeDecodeError:
        why = "it is no text in UTF-8"
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "").lower() or str(error)
    raise UsageError(f"{path} cannot be read: {why}", hint="Name another file.")


def try_out(option: str, path: Path) -> Path:
    """A file that a command will write at its end, tried before it begins; what is there stays.
    Raises ``UsageError``, which names the option."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if path.exists() or not _made_and_removed(path):
            # a pipe that nobody reads is refused, not waited for
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(
            f"{option}: {path} cannot be written: {why}",
            hint="Name another file; nothing was done.",
        ) from None
    return path


def _made_and_removed(path: Path) -> bool:
    """Whether a file could be made; False: somebody else has made it meanwhile. Raises
    ``OSError``."""
    place = real(path)  # a link may lead to one that is not there yet
    try:
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    place.unlink()
    return True


@contextlib.contextmanager
def _beside(path: Path, content: str | bytes, mode: int | None = None) -> Iterator[Path]:
    with naming(path):
        if mode is None:
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_encoded(content))
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _encoded(content: str | bytes) -> bytes:
    # what is half a character, as a damaged record may hold, is written as an escape
    return content if isinstance(content, bytes) else content.encode(errors="backslashreplace")


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """What a write to an open file raises does not say which; and a temporary name tells nobody."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, FileExistsError):
            error.filename = str(path)
            error.filename2 = None
        raise
