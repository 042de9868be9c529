"""Which nodes are made anew by turns, so that the others of their tier serve meanwhile. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from sdctl.components.node import Node
from sdctl.design.topology import Topology
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance

_MOST = 3
"""Turns of a tier: at least two thirds of it serve, and a tier of many is not waited for long."""


def turns(
    topology: Topology,
    changes: Changes,
    there: Iterable[Instance],
    leading: Collection[str] = (),
) -> tuple[tuple[str, ...], ...]:
    """The nodes of each turn, in order; all others are made before the first. In a turn are nodes
    that run now, of tiers of more than one node: of replicas, which keep nothing, a third at once;
    of a store that can hand over one node, those that are ``leading`` last."""
    running = {instance.node for instance in there if instance.state == "running"}
    found: list[list[str]] = []
    for tier, nodes in topology.tiers.items():
        size = _at_once(topology, tier, nodes)
        if not size:
            continue
        due = [n.name for n in nodes if n.name in running and n.name in changes.recreated]
        due.sort(key=lambda name: name in leading)
        for turn, first in enumerate(range(0, len(due), size)):
            if turn == len(found):
                found.append([])
            found[turn] += due[first : first + size]
    return tuple(map(tuple, found))


def _at_once(topology: Topology, tier: str, nodes: Sequence[Node]) -> int:
    """How many nodes of a tier one turn has; 0: they are made anew all at once."""
    if len(nodes) < 2:
        return 0
    if topology.profile.settings[tier].autoscales_by:
        return math.ceil(len(nodes) / _MOST)
    return int(topology.components[tier].one_by_one)
