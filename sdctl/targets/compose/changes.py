"""What is to be changed on the machine to have what the bundle says. Deciding only."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.labels import project
from sdctl.targets.operations import Remove
from sdctl.targets.target import Changes


def changes(bundle: Bundle, topology: Topology, containers: Sequence[Container]) -> Changes:
    """Pure: the containers that are there, running or not, beside what the bundle says."""
    wanted = {node.name: bundle.specs[node.name] for node in topology.nodes}
    there = {container.node: container.spec for container in containers}
    unfinished = {op.node: op.cause for op in unfinished_of(topology, containers)}
    return Changes(
        created=tuple(name for name in wanted if name not in there),
        recreated=tuple(
            name
            for name, spec in wanted.items()
            if name in there and there[name] != spec and name not in unfinished
        ),
        removed=tuple(name for name in there if name not in wanted),
        renewed=unfinished,
    )


def unfinished_of(topology: Topology, containers: Sequence[Container]) -> tuple[Remove, ...]:
    """Pure: what an `up` that was cut off left behind, whose label already says that it is right.

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
