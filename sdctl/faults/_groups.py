"""Groups of nodes, for faults that come between them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdctl.faults.selector import select
from sdctl.foundation.errors import NoSuchTarget

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot

REST, CLIENTS = "rest", "clients"
"""All other nodes but the observer; whoever sends requests to the first group."""
_OBSERVER = "observer"
WAY = ("gateway", "lb", "app")
"""The tiers that every request passes, in order. Each is a client of those that follow."""
_SENDERS = (*WAY, "worker")
"""All of them are clients of the stores."""
_FEW = 3


@dataclass(frozen=True, kw_only=True)
class Group:
    """Nodes, by their names."""

    nodes: tuple[str, ...]
    tiers: tuple[str, ...]
    told: str
    """What they are called together."""
    outside: bool = False
    """Whether also those are meant who come from outside of the stack."""


def group(
    snapshot: Snapshot,
    text: str,
    chance: random.Random | None = None,
    components: Mapping[str, Component] | None = None,
    *,
    besides: Group | None = None,
) -> Group:
    """Pure: the nodes that ``text`` means: words as in ``selector.py`` with commas between,
    ``rest`` or ``clients``; of those two, none of the group ``besides``.

    Raises ``NoSuchTarget`` with what there is.
    """
    if text in (REST, CLIENTS):
        return _others(snapshot, text, besides)
    found = [select(snapshot, part.strip(), chance, components) for part in text.split(",")]
    names = dict.fromkeys(node.name for selected in found for node in selected.nodes)
    told = ", ".join(dict.fromkeys(selected.name for selected in found))
    return Group(
        nodes=tuple(names),
        tiers=tuple(dict.fromkeys(selected.tier for selected in found)),
        told=told if len(names) <= _FEW or "," not in told else f"{len(names)} nodes",
    )


def _others(snapshot: Snapshot, word: str, besides: Group | None) -> Group:
    spared = besides or Group(nodes=(), tiers=(), told="")
    tiers = [tier for tier in snapshot.tiers if tier != _OBSERVER]
    if word == CLIENTS:
        passed = [_SENDERS.index(tier) for tier in spared.tiers if tier in _SENDERS]
        before = _SENDERS[: min(passed)] if passed else _SENDERS
        tiers = [tier for tier in tiers if tier in before]
    names = tuple(
        node.name
        for tier in tiers
        for node in snapshot.tiers[tier].nodes
        if node.name not in spared.nodes
    )
    if not names and word == REST:
        raise NoSuchTarget("there is no other node", hint="`sdctl status` shows what there is.")
    return Group(nodes=names, tiers=tuple(tiers), told=word, outside=word == CLIENTS)
