"""The words that choose some of a tier's nodes by what they are at this moment. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sdctl.foundation.errors import NoSuchTarget, NotNow
from sdctl.foundation.units import counted

if TYPE_CHECKING:
    from sdctl.state.snapshot import NodeStatus


def leader(tier: str, nodes: Sequence[NodeStatus]) -> NodeStatus:
    """The leader; of several primaries the one with most keys. Raises ``NotNow``."""
    leading = [node for node in nodes if node.leads]
    if not leading:
        raise nobody(tier, "leader", nodes)
    return max(leading, key=lambda node: (node.role == "leader", _number(node, "keys")))


def _followers(tier: str, nodes: Sequence[NodeStatus]) -> list[NodeStatus]:
    found = [node for node in _running(nodes) if node.follows]
    if not found:
        raise nobody(tier, "follower", nodes)
    return found


def _sync_follower(tier: str, nodes: Sequence[NodeStatus]) -> NodeStatus:
    found = [node for node in _running(nodes) if node.follows and node.facts.get("sync")]
    if not found:
        raise nobody(tier, "synchronous follower", nodes)
    return found[0]


def _any(tier: str, nodes: Sequence[NodeStatus], chance: random.Random) -> NodeStatus:
    running = _running(nodes)
    if not running:
        raise nobody(tier, "running node", nodes)
    return chance.choice(running)


def _minority(tier: str, nodes: Sequence[NodeStatus]) -> Sequence[NodeStatus]:
    """As many as leave a majority; those that lead are spared."""
    count = (len(nodes) - 1) // 2
    if not count:
        raise NoSuchTarget(
            f"the {tier} has no minority: it has {counted(len(nodes), 'node')}",
            hint="It takes 3 nodes.",
        )
    return _first(tier, nodes, count, key=lambda node: node.leads)


def _majority(tier: str, nodes: Sequence[NodeStatus]) -> Sequence[NodeStatus]:
    """As few as leave no majority; those that lead are among them."""
    return _first(tier, nodes, len(nodes) // 2 + 1, key=lambda node: not node.leads)


def _first(
    tier: str, nodes: Sequence[NodeStatus], count: int, *, key: Callable[[NodeStatus], bool]
) -> Sequence[NodeStatus]:
    running = sorted(_running(nodes), key=key)
    if len(running) < count:
        raise nobody(tier, f"{count} running nodes", nodes)
    taken = {node.name for node in running[:count]}
    return [node for node in nodes if node.name in taken]


Choose = Callable[[str, "Sequence[NodeStatus]", random.Random], "Sequence[NodeStatus]"]

ROLES = frozenset({"leader", "follower", "sync-follower"})
"""Those of the words that are what a node does."""
WORDS: Mapping[str, Choose] = {
    "leader": lambda tier, nodes, chance: [leader(tier, nodes)],
    "follower": lambda tier, nodes, chance: _followers(tier, nodes)[:1],
    "sync-follower": lambda tier, nodes, chance: [_sync_follower(tier, nodes)],
    "any": lambda tier, nodes, chance: [_any(tier, nodes, chance)],
    "minority": lambda tier, nodes, chance: _minority(tier, nodes),
    "majority": lambda tier, nodes, chance: _majority(tier, nodes),
    "all": lambda tier, nodes, chance: nodes,
}
"""Each word, and whom it chooses of a tier's nodes."""


def _running(nodes: Sequence[NodeStatus]) -> list[NodeStatus]:
    return [node for node in nodes if node.state == "running"]


def nobody(tier: str, what: str, nodes: Sequence[NodeStatus]) -> NotNow:
    """The error where no node of the tier is so now; it says what each is."""
    seen = "; ".join(f"{node.name}: {node.role or node.reason or node.word}" for node in nodes)
    return NotNow(
        f"the {tier} has no {what} right now", hint=f"Seen: {seen}. Wait, or run `sdctl up`."
    )


def _number(node: NodeStatus, fact: str) -> float:
    value = node.facts.get(fact)
    return float(value) if isinstance(value, int | float) else 0.0
