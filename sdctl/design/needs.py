"""What a stack takes of a machine, from what its nodes were measured to take. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from sdctl.components.node import Node
from sdctl.design.topology import Topology

_UNMEASURED = 0.5
"""Of its limit, for a node of which nobody measured anything."""


def memory(nodes: Iterable[Node]) -> int:
    """Bytes, with the stack at rest."""
    return sum(node.rest.memory if node.rest else int(node.memory * _UNMEASURED) for node in nodes)


def memory_at_most(nodes: Iterable[Node]) -> int:
    """Bytes, when every node takes what it may."""
    return sum(node.memory for node in nodes)


def processors(nodes: Iterable[Node]) -> float:
    """Of one processor, with the stack at rest."""
    return sum(node.rest.processors for node in nodes if node.rest)


def disk_at_most(topology: Topology) -> int:
    """Bytes that the stack's data may grow to, where its settings say."""
    return sum(settings.disk_at_most for settings in topology.profile.settings.values())
