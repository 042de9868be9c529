"""Control groups, known by the kernel's own number, and how many processes each has.

The number of a group is that of its folder; the kernel gives it to no other until the machine
starts again (fs/kernfs). A group that was found is held open, so that no later one can be taken for
it. Sources: Documentation/admin-guide/cgroup-v1/pids.rst and cgroup-v2.rst (``pids.current``, which
both versions have: frozen processes count, and those that the reader could not see otherwise).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sdctl.observer.fencing.death import Evidence

_COUNT = "pids.current"
_ALWAYS = "cgroup.procs"
"""What every group has, whatever is counted in it."""


class ControlGroups:
    """Those that are watched, by ``<kernel's boot>/<number>``."""

    def __init__(self, root: Path, kernel: str) -> None:
        self._root = root
        self._kernel = kernel
        self._held: dict[str, int] = {}
        self._seen: set[str] = set()

    def watch(self, names: Iterable[str]) -> None:
        """Hold these open from now on, as far as they are of this kernel, and no others."""
        wanted = {name for name in names if name.partition("/")[0] == self._kernel}
        for name in self._held.keys() - wanted:
            os.close(self._held.pop(name))
            self._seen.discard(name)
        if missing := wanted - self._held.keys():
            numbers = {name.partition("/")[2]: name for name in missing}
            for folder, number in self._folders():
                if number in numbers:
                    self._hold(numbers[number], folder, number)

    def look(self) -> Mapping[str, Evidence]:
        """What the kernel says of each now."""
        found = {}
        for name, folder in self._held.items():
            processes = _processes(folder)
            if processes:
                self._seen.add(name)
            found[name] = Evidence(seen=name in self._seen, processes=processes)
        return found

    def _hold(self, name: str, folder: str, number: str) -> None:
        with suppress(OSError):  # it has just ended: then nobody saw it alive
            held = os.open(folder, os.O_PATH | os.O_DIRECTORY)
            if str(os.fstat(held).st_ino) == number:
                self._held[name] = held
            else:
                os.close(held)

    def _folders(self) -> Iterator[tuple[str, str]]:
        """All below the root, with their numbers; no other tree that is mounted there."""
        device = self._root.stat().st_dev
        below = [os.fspath(self._root)]
        while below:
            with suppress(OSError), os.scandir(below.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False) and entry.stat().st_dev == device:
                        below.append(entry.path)
                        yield entry.path, str(entry.inode())


def _processes(folder: int) -> int | None:
    try:
        file = os.open(_COUNT, os.O_RDONLY, dir_fd=folder)
    except FileNotFoundError:
        return None if _is_there(folder) else 0  # a group with a process cannot be removed
    except OSError:
        return None
    try:
        return int(os.read(file, 32))
    except (OSError, ValueError):
        return None
    finally:
        os.close(file)


def _is_there(folder: int) -> bool:
    try:
        os.stat(_ALWAYS, dir_fd=folder)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
