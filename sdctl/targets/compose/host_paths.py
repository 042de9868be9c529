"""Where on this machine Docker and the kernel keep what some nodes read. ``up`` writes the places
into ``.env`` as the engine says them; a bundle without them means the usual ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.targets import dotenv
from sdctl.targets.compose.docker import Docker
from sdctl.targets.dotenv import secret_variable

_ROOT = "engine_root"
"""The engine's own folder."""
_CPU, _MEMORY, _PIDS = "cgroup_cpu", "cgroup_memory", "cgroup_pids"
"""The kernel's CPU time, memory and processes, of cgroup version 2 one place."""
_CGROUPS = "/sys/fs/cgroup"
_LOGS = (_ROOT, "/var/lib/docker", "/containers", "/containers")
_SEEN: dict[Ability, tuple[tuple[str, str, str, str], ...]] = {
    "logs of all nodes": (_LOGS,),
    # which container is which node stands beside the logs
    "usage of all nodes": (
        _LOGS,
        (_CPU, _CGROUPS, "", "/cgroup/cpu"),
        (_MEMORY, _CGROUPS, "", "/cgroup/memory"),
    ),
    "processes of all nodes": ((_PIDS, _CGROUPS, "", "/cgroup"),),
}
"""For each ability: the variable with a place, the usual place, the folder below it, and where a
node finds it."""


def mounts(requires: Iterable[Ability]) -> Iterator[str]:
    """Pure: what a node reads of all nodes, as Compose mounts it."""
    for ability in requires:
        for variable, usual, below, path in _SEEN.get(ability, ()):
            yield "${" + secret_variable(variable) + ":-" + usual + "}" + f"{below}:{path}:ro"


def write(docker: Docker, topology: Topology, folder: Path) -> None:
    """Add the places that the stack's nodes need to what ``.env`` holds."""
    requires = {ability for node in topology.nodes for ability in topology.requires(node)}
    wanted = {place[0] for ability in requires for place in _SEEN.get(ability, ())}
    if not wanted:
        return
    info = docker.info()
    split = info.get("CgroupVersion") == "1"
    known = {
        _ROOT: str(info["DockerRootDir"]),
        _CPU: f"{_CGROUPS}/cpuacct" if split else _CGROUPS,
        _MEMORY: f"{_CGROUPS}/memory" if split else _CGROUPS,
        _PIDS: f"{_CGROUPS}/pids" if split else _CGROUPS,
    }
    said = {name: place for name, place in known.items() if name in wanted}
    dotenv.write(folder, (), {**dotenv.read(folder), **said})
