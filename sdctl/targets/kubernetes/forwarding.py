"""The way in: ports of this machine that lead to pods, carried by a process of its own, see
``forward_process.py``.

    forwards.json    what is forwarded, and on which ports
    forwards.lock    held by who listens, with which process that is
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from sdctl.foundation import children, files, json_files, output, processes, waiting
from sdctl.foundation.errors import BringUpFailed
from sdctl.targets.kubernetes import forward_record
from sdctl.targets.kubernetes.forward_record import Forwards

HOST = "127.0.0.1"
_LOOK_S = 5.0
_END_S = 20.0
_START_S = 60.0
"""It takes a second; at a load of 74 on two processors it took more than 20."""


def addresses(folder: Path) -> dict[str, dict[int, str]]:
    """By node and port, where this machine reaches it. Who forwards is started if it is gone, which
    takes a second. Where it does not start, that is said, and nothing is reached."""
    file = place(folder)
    said = forward_record.read(file)
    if said is None:
        return {}
    if not _runs(file):
        try:
            said = ensure(folder, said)
        except BringUpFailed as error:
            output.warn(f"{error.message}. {error.hint}")
            return {}
    found: dict[str, dict[int, str]] = {}
    for forward in said.forwards:
        found.setdefault(forward.node, {})[forward.number] = f"{HOST}:{forward.listen}"
    return found


class WaysIn(Mapping[int, str]):
    """Those of one node, looked for when somebody wants one: who only looks at the nodes starts
    nobody."""

    def __init__(self, look: Callable[[], Mapping[str, Mapping[int, str]]], node: str) -> None:
        self._look = look
        self._node = node

    def __getitem__(self, number: int) -> str:
        return self._own()[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._own())

    def __len__(self) -> int:
        return len(self._own())

    def _own(self) -> Mapping[int, str]:
        return self._look().get(self._node, {})


def ensure(folder: Path, wanted: Forwards) -> Forwards:
    """Have these, and no others. Of several commands that want them at once, one starts who
    forwards. Raises ``BringUpFailed``."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with files.alone_in(folder):
        file = place(folder)
        now = forward_record.read(file)
        if now is not None and _runs(file):
            if now.has(wanted):
                return now
            _close(file)
        # a port that was the kernel's choice stays what it was, where that can be
        wanted.write(file)
        return _started(folder)


def _started(folder: Path) -> Forwards:
    file = place(folder)
    process = subprocess.Popen(
        children.command("sdctl.targets.kubernetes.forward_process", str(folder)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    waiting.until(
        lambda: process.poll() is not None or _runs(file), bool, timeout_s=_START_S, every_s=0.1
    )
    said = forward_record.read(file)
    if process.poll() is not None or said is None or not _runs(file):
        process.kill()
        _, why = process.communicate()
        raise BringUpFailed(
            "the ports of this machine could not be opened",
            hint="Is one of them taken? `sdctl doctor` names who has it.",
            details=why.splitlines()[-1:],
        )
    assert process.stderr is not None
    process.stderr.close()
    return said


def end(folder: Path) -> None:
    """Close all."""
    _close(place(folder))
    with contextlib.suppress(OSError):
        folder.rmdir()


def _close(file: Path) -> None:
    waiting.until(lambda: _told_to_end(file), bool, timeout_s=_END_S, every_s=0.05)
    for path in (file, _lock(file)):
        path.unlink(missing_ok=True)


def _told_to_end(file: Path) -> bool:
    """Whether nobody listens. Who does is told to end, as soon as it has said who it is: it holds
    the lock a moment before, and what stands there then is of an earlier one."""
    if not _runs(file):
        return True
    with contextlib.suppress(OSError, ValueError):
        said = json_files.parsed(_lock(file).read_bytes())
        if isinstance(said, dict) and processes.lives(said):
            os.kill(said["pid"], signal.SIGTERM)
    return False


def place(folder: Path) -> Path:
    """Where it is said."""
    return folder / "forwards.json"


@contextlib.contextmanager
def listening(file: Path, said: Forwards) -> Iterator[None]:
    """Say on which ports, then that this process listens there. Raises ``BlockingIOError`` where
    another one does."""
    said.write(file)
    with _lock(file).open("a+") as lock:
        # who looks whether somebody listens has it for a moment
        waiting.until(lambda: _takes(lock), bool, timeout_s=_LOOK_S, every_s=0.01)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.truncate(0)
        lock.write(json.dumps(processes.this()))
        lock.flush()
        yield


def _lock(file: Path) -> Path:
    return file.with_suffix(".lock")


def _takes(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _runs(file: Path) -> bool:
    """Whether somebody holds the lock: it is the kernel's, so it ends with its holder. Those who
    look at once do not take each other for the holder: they share it."""
    try:
        with _lock(file).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
