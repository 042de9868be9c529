"""Keepers: a volume of limited size is in memory, and Docker lets its content go when no container
uses it any more. So for each such volume a container that does nothing uses it, and a node that
stops, or is made anew, finds its data again. A keeper has no network, no rights, and may not look
into what it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sdctl.components.node import Node, Volume
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import write_size
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.labels import LABEL, of_compose
from sdctl.targets.compose.stack_containers import StackContainers
from sdctl.targets.up_command import up_anew

KEEPS = f"{LABEL}keeps"
"""The label of a keeper: the volume's name."""
_MEMORY = 16 * 1024**2


def limited(topology: Topology) -> Iterator[tuple[Node, Volume]]:
    """Pure: the volumes that are held to a size, and whose they are."""
    return ((node, volume) for node in topology.nodes for volume in node.volumes if volume.size)


def names(topology: Topology, project: str) -> set[str]:
    """Pure: those of the keepers that a stack needs."""
    return {_name(project, volume) for _, volume in limited(topology)}


def check(docker: Docker, topology: Topology, project: str) -> None:
    """Raise ``UsageError`` where a volume is there and is of another size: Docker cannot change
    that, and its data would be lost."""
    made = {"label": of_compose(project)}
    there = docker.ask(lambda: docker.api.volumes(filters=made))["Volumes"] or ()
    sizes = {volume["Name"]: _size(volume.get("Options") or {}) for volume in there}
    for node in topology.nodes:
        for volume in node.volumes:
            now = sizes.get(f"{project}_{volume.name}", volume.size)
            if now != volume.size:
                raise UsageError(
                    f"{node.tier}.volume_size is {_text(volume.size)}, but the volume of "
                    f"{node.name} was made with {_text(now)}, and a volume keeps its size",
                    hint=f"`{typed('down', topology.stack)}` removes the stack and its data. Then "
                    f"`{up_anew(topology.stack, topology.profile)}` makes it with the new size.",
                )


def start(stack: StackContainers, topology: Topology) -> None:
    """Make each keeper that is missing and start it. Its volume and its node are there already."""
    ask, project = stack.docker.ask, stack.project
    containers: Any = stack.docker.client.containers  # it takes more than its types say
    for node, volume in limited(topology):
        there = stack.labelled(f"{KEEPS}={volume.name}")
        own = ask(partial(containers.get, f"{project}-{node.name}"), node.name)
        owner = f"{LABEL}owner"
        kept = there[0] if there else ask(
            partial(
                containers.create,
                own.attrs["Image"],
                entrypoint=["sleep", "infinity"],
                command=[],
                name=_name(project, volume),
                labels={
                    f"{LABEL}stack": topology.stack,
                    owner: own.labels[owner],
                    KEEPS: volume.name,
                },
                volumes=[f"{project}_{volume.name}:/kept:ro"],
                network_mode="none",
                user="65534:65534",
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
                read_only=True,
                mem_limit=_MEMORY,
                memswap_limit=_MEMORY,
                pids_limit=4,
                restart_policy={"Name": "unless-stopped"},
                log_config={"Type": "none"},
            )
        )  # fmt: skip
        ask(kept.start)


def _name(project: str, volume: Volume) -> str:
    return f"{project}-{volume.name}-keeper"


def _size(options: Mapping[str, str]) -> int:
    """Of a volume's mount options; 0: it has no size of its own."""
    said = dict(part.partition("=")[::2] for part in options.get("o", "").split(","))
    return int(said.get("size", 0))


def _text(size: int) -> str:
    return write_size(size) if size else "0 (no limit)"
