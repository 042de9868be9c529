"""What this machine says of itself: read here, decided in ``checks/``."""

from __future__ import annotations

import os
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sdctl.bringup import ports
from sdctl.foundation import assets, places
from sdctl.foundation.own_processors import processors
from sdctl.foundation.units import format_size
from sdctl.state import stack
from sdctl.state.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The facts. Sizes in bytes; ``None``: this machine does not say."""

    memory: int
    """What can be had without taking it from anybody."""
    memory_total: int
    processors: int
    load: float
    """How many processes want a processor: the mean of a minute."""
    disk_free: int
    """Where the target keeps images and data."""
    disk_folder: Path
    inodes_free: int | None = None
    state_folder: Path
    state_problem: str = ""
    """Why nothing can be written there; empty: it can."""
    state_free: int
    state_on_disk: bool = True
    """Whether it shares the disk of the target's images and data."""
    state_needed: bool = False
    """Whether a stack was made from it, and so has its passwords there."""
    largest: Callable[[], str] = lambda: "a process"
    """The process that holds most memory."""
    holders: Mapping[int, str] = field(default_factory=dict)
    """Each wanted port that is taken, and by which process."""
    free_port: Mapping[int, int] = field(default_factory=dict)
    """For each of them one that is free."""
    open_files: int
    """How many this user may have open."""
    open_files_most: int | None = None
    """How many any process may have open (``fs.nr_open``)."""
    files_left: int | None = None
    """How many more the whole machine may open."""
    max_map_count: int | None = None
    inotify_instances: int | None = None
    inotify_watches: int | None = None
    clock: float
    """Unix seconds."""
    clocksource: str = ""
    proxy: str = ""
    """The variable that sends this shell's HTTP requests to a proxy; empty: none."""
    spared: bool = True
    """Whether ``no_proxy`` spares the address at which the stack is reached."""
    host: str = "localhost"
    """That address."""
    tools: frozenset[str] = frozenset()
    """Of the kernel's tools for a network's faults, those that are there."""


def read(folder: Path | None, wanted: Iterable[int], own: Iterable[int], host: str) -> Machine:
    """Look. ``folder``: where the target keeps things; ``wanted``: ports of this machine, of which
    ``own`` are held by the stack itself."""
    import psutil

    memory = psutil.virtual_memory()
    place = _existing(folder or Path("/"))
    disk = os.statvfs(place)
    state = assets.state_home().absolute()
    above = _existing(state)
    asked = set(wanted)
    taken = [port for port in sorted(asked - set(own)) if not ports.is_free(host, port)]
    proxy = next((name for name in ("http_proxy", "HTTP_PROXY") if os.environ.get(name)), "")
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return Machine(
        memory=memory.available,
        memory_total=memory.total,
        processors=processors(),
        load=os.getloadavg()[0],
        disk_free=disk.f_bavail * disk.f_frsize,
        disk_folder=place,
        inodes_free=disk.f_favail if disk.f_files else None,
        state_folder=state,
        state_problem=_problem(above, state),
        state_free=shutil.disk_usage(above).free,
        state_on_disk=above.stat().st_dev == place.stat().st_dev,
        state_needed=any(Stack(name).secrets() for name in stack.names()),
        largest=_largest,
        holders={port: ports.holder(port) for port in taken},
        free_port={port: ports.next_free(host, port + 1, asked) for port in taken},
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        open_files_most=_number("/proc/sys/fs/nr_open"),
        files_left=_files_left(),
        max_map_count=_number("/proc/sys/vm/max_map_count"),
        inotify_instances=_number("/proc/sys/fs/inotify/max_user_instances"),
        inotify_watches=_number("/proc/sys/fs/inotify/max_user_watches"),
        clock=time.time(),
        clocksource=_text("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        proxy=proxy,
        spared=spared.strip() == "*" or host in [name.strip() for name in spared.split(",")],
        host=host,
        tools=frozenset(name for name in ("nft", "tc") if shutil.which(name, path=_SBIN)),
    )


_SBIN = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def _existing(path: Path) -> Path:
    """The path, or the folder above it that is there and may be looked at."""
    for place in (path, *path.parents):
        with suppress(OSError):
            os.statvfs(place)
            return place
    return Path("/")


def _problem(above: Path, path: Path) -> str:
    """Why ``path`` cannot be made in ``above``; empty: it can."""
    if link := places.leads_nowhere(path):
        return f"{link} is a link that leads nowhere"
    if not above.is_dir():
        return f"{above} is no folder"
    if not os.access(above, os.W_OK | os.X_OK):
        return f"this user may not write to {above}"
    if not os.statvfs(above).f_blocks:  # such as /proc and /sys
        return f"{above} is a file system of the kernel, which keeps no files"
    return ""


def _largest() -> str:
    import psutil

    found = [
        (process.info["memory_info"].rss, f"{process.info['name']} (pid {process.info['pid']}")
        for process in psutil.process_iter(["name", "pid", "memory_info"])
        if process.info["memory_info"] is not None
    ]
    size, name = max(found, default=(0, "nobody (pid 0"))
    return f"{name}, {format_size(size)})"


def _text(path: str) -> str:
    with suppress(OSError):
        return Path(path).read_text().strip()
    return ""


def _number(path: str) -> int | None:
    text = _text(path)
    return int(text) if text.isdigit() else None


def _files_left() -> int | None:
    words = _text("/proc/sys/fs/file-nr").split()
    return int(words[2]) - int(words[0]) if len(words) == 3 else None
