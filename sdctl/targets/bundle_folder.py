"""A bundle's folder on disk. A marker in it lists what was written there, so that nothing else is
ever overwritten or deleted.

    .sdctl-bundle      path → digests of what sdctl wrote there
    .sdctl-bundle.new  the file that is being written; it takes its place whole

The marker is written before the files: a write that was cut off is taken up again by the next one.
Modes are set, not inherited: containers read these files as users of their own.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sdctl.foundation import assets
from sdctl.foundation.errors import UsageError
from sdctl.foundation.files import naming, regular
from sdctl.foundation.json_files import json_of
from sdctl.foundation.places import real
from sdctl.targets import dotenv
from sdctl.targets.bundle import fetched_by, is_fetched

MARKER = ".sdctl-bundle"
_NEW = f"{MARKER}.new"
_ABOUT = "Written by `sdctl render`: the files below are its own and may be replaced by it."
_EMPTY: Mapping[str, list[str]] = {}


def check(folder: Path, files: Mapping[str, str]) -> None:
    """Raise ``UsageError`` where writing ``files`` would touch what no earlier render wrote,
    and ``OSError`` when the machine refuses."""
    own = real(assets.stacks())
    if real(folder).is_relative_to(own):
        raise UsageError(
            f"{folder} is in sdctl's own state folder; nothing was written",
            hint="Name another folder. `sdctl up` writes into this one.",
        )
    if not folder.exists() and not folder.is_symlink():
        _may_be_made(folder)
        return
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is not a folder; nothing was written", hint="Name a new or empty folder."
        )
    earlier = _earlier(folder)
    if earlier is None:
        # a first marker for which there was no room is no file of the user's
        if any(path.name != _NEW for path in folder.iterdir()):
            raise UsageError(
                f"{folder} is not empty, and not made by `sdctl render`; nothing was written",
                hint="Name a new or empty folder.",
            )
        return
    foreign = sorted(_foreign(folder, files, earlier))
    if foreign:
        raise UsageError(
            f"{folder} holds files that would be replaced, but are not as sdctl wrote them; "
            "nothing was written",
            hint="Move them away, or name another folder.",
            details=foreign,
        )


def _may_be_made(folder: Path) -> None:
    above = next(place for place in folder.absolute().parents if os.path.lexists(place))
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make the folder, and keep every other render out of it. The lock is the kernel's, on the
    folder itself: it ends with its holder. Raises ``UsageError`` where another one is at work, and
    ``OSError``."""
    _make(folder)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(held, folder)
        yield
    finally:
        os.close(held)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write every file, and remove those of an earlier bundle that are no longer in it.

    Whether it may is for :func:`check` to say. Raises ``OSError`` when the machine refuses.
    """
    earlier = _earlier(folder) or _EMPTY
    _make(folder)
    digests = {path: _digest(text.encode()) for path, text in files.items()}
    both = {path: [*earlier.get(path, ()), digest] for path, digest in digests.items()}
    _mark(folder, {**earlier, **both})
    for path, text in files.items():
        put(folder, path, text)
    for path in sorted(earlier.keys() - files.keys()):
        if _ours(folder / path, earlier[path]) and _is_below(folder, path):
            (folder / path).unlink()
            if fetched_by(path):
                shutil.rmtree(folder / fetched_by(path), ignore_errors=True)
            _prune(folder, PurePosixPath(path).parent)
    _mark(folder, {path: [digest] for path, digest in digests.items()})


def holds(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether each of the files is there, as it is here."""
    return all(
        (folder / path).is_file() and (folder / path).read_bytes() == text.encode()
        for path, text in files.items()
    )


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)


def adopt(folder: Path) -> None:
    """Take everything in the folder for sdctl's own: for a stack's own bundle, which nobody else
    writes into, whatever an earlier version of sdctl or an editor left there."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    own = {
        name: [_digest(path.read_bytes())]
        for name, path in names.items()
        if name not in (dotenv.NAME, MARKER, _NEW) and not is_fetched(name)
    }
    if own:
        _mark(folder, own)


def _earlier(folder: Path) -> Mapping[str, list[str]] | None:
    """What the marker says; None: there is none, or it is not ours."""
    marker = folder / MARKER
    if marker.is_symlink() or not marker.is_file():
        return None
    try:
        files = json_of(regular(marker))["files"]
        return {str(path): [str(digest) for digest in digests] for path, digests in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _mark(folder: Path, files: Mapping[str, list[str]]) -> None:
    put(folder, MARKER, json.dumps({"about": _ABOUT, "files": files}, indent=1, sort_keys=True))


def _foreign(
    folder: Path, files: Mapping[str, str], earlier: Mapping[str, list[str]]
) -> Iterator[str]:
    """The paths that are in the way and not as sdctl wrote them."""
    for path, text in files.items():
        taken = os.path.lexists(folder / path)
        own = [*earlier.get(path, ()), _digest(text.encode())]
        if not _is_below(folder, path) or (taken and not _ours(folder / path, own)):
            yield path
    secrets = folder / dotenv.NAME
    if secrets.is_symlink() or (secrets.exists() and not secrets.is_file()):
        yield dotenv.NAME


def _lock(held: int, folder: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            f"another `sdctl render` is writing into {folder}",
            hint="Wait until it ends, or name another folder.",
        ) from None


def _ours(file: Path, digests: list[str]) -> bool:
    return file.is_file() and not file.is_symlink() and _digest(file.read_bytes()) in digests


def _is_below(folder: Path, path: str) -> bool:
    """Whether a path leads to a place in the folder by folders alone, by no link and no ``..``."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        return False
    above = [folder / parent for parent in parts.parents if parent.parts]
    return all(not path.is_symlink() and (path.is_dir() or not path.exists()) for path in above)


def put(folder: Path, path: str, text: str) -> None:
    """The file appears whole, or not at all, readable by all."""
    target = folder / path
    for parent in reversed(PurePosixPath(path).parents):
        if parent.parts:
            (folder / parent).mkdir(exist_ok=True)
            (folder / parent).chmod(0o755)
    if target.is_file() and target.read_bytes() == text.encode():
        target.chmod(0o644)
        return
    new = folder / _NEW
    with naming(target):
        new.unlink(missing_ok=True)
        new.write_text(text, encoding="utf-8")
        new.chmod(0o644)
        new.replace(target)


def _prune(folder: Path, parent: PurePosixPath) -> None:
    """Remove folders that the last of our files has left."""
    while parent.parts and not any((folder / parent).iterdir()):
        (folder / parent).rmdir()
        parent = parent.parent


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
