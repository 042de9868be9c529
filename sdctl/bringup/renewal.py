"""Which nodes are made anew by turns, so that the others of their tier serve meanwhile. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from sdctl.components.node import Node, Secret
from sdctl.design.topology import Topology
from sdctl.state.snapshot import Snapshot
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance

_MOST = 3
"""Turns of a tier: at least two thirds of it serve, and a tier of many is not waited for long."""


def by_turns(
    topology: Topology,
    changes: Changes,
    there: Iterable[Instance],
    *,
    seen: Snapshot | None = None,
    new: Collection[str] = (),
) -> tuple[str, ...]:
    """The nodes that are made anew by turns, after all others: those that run now, of tiers of
    which a part can serve alone. ``seen``: the stack as it is now; ``new``: the names of secrets
    that nobody has yet."""
    running = {instance.node for instance in there if instance.state == "running"}
    due = running.intersection(changes.recreated)
    return tuple(
        node.name
        for tier, nodes in topology.tiers.items()
        if _at_once(topology, tier, nodes) and _goes_on(topology, tier, seen, new)
        for node in nodes
        if node.name in due
    )


def next_turn(
    topology: Topology, due: Collection[str], leading: Collection[str], well: Collection[str]
) -> tuple[str, ...]:
    """Those of the nodes that are still ``due`` that come now: of replicas, which keep nothing, a
    third of the tier at once; of a store that can hand over one node, one of those that are
    ``leading`` only when no other is due. Those that are not ``well`` come first: nobody misses
    them, and the others serve until they are. Who leads and who is well may change from one turn to
    the next.

    Stores come when no replica is due any more. A replica that was made before a store got another
    node does not know that one, and would serve nobody while the other is away."""
    turn: dict[bool, list[str]] = {True: [], False: []}
    for tier, nodes in topology.tiers.items():
        own = [node.name for node in nodes if node.name in due]
        own.sort(key=lambda name: (name in leading, name in well))
        turn[_is_elastic(topology, tier)] += own[: _at_once(topology, tier, nodes)]
    return tuple(turn[True] or turn[False])


def _is_elastic(topology: Topology, tier: str) -> bool:
    return bool(topology.profile.settings[tier].autoscales_by)


def _goes_on(topology: Topology, tier: str, seen: Snapshot | None, new: Collection[str]) -> bool:
    """Whether a store serves while its nodes are made anew by turns. Nodes that keep their old
    secrets reach nobody who has a new one already. And where nobody leads, nobody serves."""
    if not topology.components[tier].one_by_one:
        return True
    values = (value for node in topology.tiers[tier] for value in node.env.values())
    if any(isinstance(value, Secret) and value.name in new for value in values):
        return False
    status = seen.tiers.get(tier) if seen else None
    return status is None or any(n.leads or n.health == "unknown" for n in status.nodes)


def _at_once(topology: Topology, tier: str, nodes: Sequence[Node]) -> int:
    """How many nodes of a tier one turn has; 0: they are made anew all at once."""
    if len(nodes) < 2:
        return 0
    if _is_elastic(topology, tier):
        return math.ceil(len(nodes) / _MOST)
    return int(topology.components[tier].one_by_one)
