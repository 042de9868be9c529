"""What one container uses, from its control group: both versions, both drivers' layouts.

Version 1 counts CPU and memory in two trees, version 2 in one. Driver ``cgroupfs`` names a group
``docker/<id>``, driver ``systemd`` ``system.slice/docker-<id>.scope``. Sources: the kernel's
Documentation/admin-guide/cgroup-v1/{cpuacct,memory}.rst and cgroup-v2.rst. The working set is what
cAdvisor calls so: usage without the file cache that was not used lately (container/libcontainer).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_LAYOUTS = ("docker/{}", "system.slice/docker-{}.scope")
_NO_LIMIT = 1 << 60
"""Version 1 has no word for it, but a number near 2⁶³."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Of one container. Bytes, and seconds since it was started."""

    cpu_seconds: float
    memory: int
    working_set: int
    limit: int | None
    """None: as much as the machine has."""
    killed: int
    """How often the kernel killed a process of it for want of memory."""


def read(cpu: Path, memory: Path, container: str) -> Usage | None:
    """A container's usage; ``cpu`` and ``memory`` are the roots of the trees, of version 2 both the
    same. None when it has no group there, as it has just ended."""
    for layout in _LAYOUTS:
        group = layout.format(container)
        try:
            if (cpu / group / "cpu.stat").is_file() and (
                memory / group / "memory.current"
            ).is_file():
                return _version_2(cpu / group, memory / group)
            if (cpu / group / "cpuacct.usage").is_file():
                return _version_1(cpu / group, memory / group)
        except OSError:
            return None
    return None


def _version_1(cpu: Path, memory: Path) -> Usage:
    used = _number(memory / "memory.usage_in_bytes")
    limit = _number(memory / "memory.limit_in_bytes")
    return Usage(
        cpu_seconds=_number(cpu / "cpuacct.usage") / 1e9,
        memory=used,
        working_set=max(0, used - _table(memory / "memory.stat").get("total_inactive_file", 0)),
        limit=limit if limit < _NO_LIMIT else None,
        killed=_table(memory / "memory.oom_control").get("oom_kill", 0),
    )


def _version_2(cpu: Path, memory: Path) -> Usage:
    used = _number(memory / "memory.current")
    limit = (memory / "memory.max").read_text().strip()
    return Usage(
        cpu_seconds=_table(cpu / "cpu.stat")["usage_usec"] / 1e6,
        memory=used,
        working_set=max(0, used - _table(memory / "memory.stat").get("inactive_file", 0)),
        limit=None if limit == "max" else int(limit),
        killed=_table(memory / "memory.events").get("oom_kill", 0),
    )


def _number(path: Path) -> int:
    return int(path.read_text())


def _table(path: Path) -> dict[str, int]:
    """``name value`` a line."""
    return {name: int(value) for name, value in map(str.split, path.read_text().splitlines())}
