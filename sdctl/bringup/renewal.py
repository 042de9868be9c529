"""Which replicas are made anew by turns, so that the others of their tier serve meanwhile. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sdctl.design.topology import Topology
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance

_MOST = 3
"""Turns of a tier: at least two thirds of it serve, and a tier of many is not waited for long."""


def turns(
    topology: Topology, changes: Changes, there: Iterable[Instance]
) -> tuple[tuple[str, ...], ...]:
    """The nodes of each turn, in order; all others are made before the first. In a turn are nodes
    that run now, of tiers whose nodes keep nothing and are more than one."""
    running = {instance.node for instance in there if instance.state == "running"}
    found: list[list[str]] = []
    for tier, nodes in topology.tiers.items():
        if len(nodes) < 2 or not topology.profile.settings[tier].autoscales_by:
            continue
        due = [n.name for n in nodes if n.name in running and n.name in changes.recreated]
        size = math.ceil(len(nodes) / _MOST)
        for turn, first in enumerate(range(0, len(due), size)):
            if turn == len(found):
                found.append([])
            found[turn] += due[first : first + size]
    return tuple(map(tuple, found))
