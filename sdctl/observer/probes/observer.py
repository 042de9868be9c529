"""The observer itself: it answers, so it is ok."""

from __future__ import annotations

from collections import Counter

from sdctl.observer.connections import Connections
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Always ok."""
    return [Reading(name=target.name, health="ok") for target in targets]


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """How many nodes it looks at, and how many have an address now."""
    everyone = targets[0].everyone
    running = Counter(map(component, (await connections.names_by_address(everyone)).values()))
    nodes = Counter(map(component, everyone))
    rows = tuple((name, count, running[name]) for name, count in nodes.items())
    return [Table(title="observed", columns=("component", "nodes", "have an address"), rows=rows)]


def component(node: str) -> str:
    """``redis`` from ``redis-4``."""
    return node.rpartition("-")[0]


PROBE = Probe(component="observer", read=read, inspect=inspect)
