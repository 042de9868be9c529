"""What is to be changed on the machine to have what the bundle says. Deciding only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.labels import project
from sdctl.targets.operations import Remove


@dataclass(frozen=True)
class Change:
    """True when there is anything to change."""

    unfinished: tuple[Remove, ...]
    """What is to go first, to be made anew."""
    differ: bool
    """Whether containers are missing, too many, or of other settings."""

    def __bool__(self) -> bool:
        return self.differ or bool(self.unfinished)


def changes(bundle: Bundle, topology: Topology, containers: Sequence[Container]) -> Change:
    """Pure: the containers that are there, running or not, beside what the bundle says."""
    wanted = {node.name: bundle.specs[node.name] for node in topology.nodes}
    there = {container.node: container.spec for container in containers}
    return Change(unfinished=_unfinished(topology, containers), differ=wanted != there)


def _unfinished(topology: Topology, containers: Sequence[Container]) -> tuple[Remove, ...]:
    """What an `up` that was cut off left behind, whose label already says that it is right.

    Compose creates a container in its first network and connects the others afterwards, and it
    makes a changed one under another name, which it corrects at last. It finishes neither later.
    """
    nodes = {node.name: node for node in topology.nodes}
    causes: dict[str, str] = {}
    for container in containers:
        if (node := nodes.get(container.node)) is None:
            continue
        if away := sorted(set(node.networks) - container.networks):
            causes[container.node] = f"not connected to {', '.join(away)}"
        elif container.name != f"{project(topology.stack)}-{container.node}":
            causes[container.node] = f"still named {container.name}"
    return tuple(Remove(node=name, cause=cause) for name, cause in sorted(causes.items()))
