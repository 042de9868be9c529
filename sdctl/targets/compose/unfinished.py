"""What differs on this machine, and what an `up` that was cut off has left there. Deciding only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes, differing
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.labels import project
from sdctl.targets.operations import Remove


def changes(bundle: Bundle, topology: Topology, containers: Sequence[Container]) -> Changes:
    """Pure: the containers that are there, running or not, beside what the bundle says."""
    unfinished = {op.node: op.cause for op in unfinished_of(topology, containers)}
    found = differing(
        topology, bundle, {container.node: container.spec for container in containers}
    )
    made_anew = tuple(name for name in found.recreated if name not in unfinished)
    return replace(found, recreated=made_anew, renewed=unfinished)


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
