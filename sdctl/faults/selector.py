"""Which nodes a fault hits: a node, a tier, or some of a tier's by what they are at this moment."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdctl.design.absent_tier import no_tier
from sdctl.faults.selector_words import WORDS, leader, nobody
from sdctl.foundation.errors import NoSuchTarget, NotNow, no_such

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import NodeStatus, Snapshot

_NODE = re.compile(r"[a-z0-9-]+-\d+")
_TIER = "database"
"""Whose leader, follower and so on a word alone means."""


@dataclass(frozen=True, kw_only=True)
class Selected:
    """Nodes of one tier, in order."""

    tier: str
    nodes: tuple[NodeStatus, ...]
    name: str
    """What they are called together: the tier where they are all of it, or the nodes' names."""
    asked: str = ""
    """What was asked for, where that is no name: in full, ``database:leader``."""


def select(
    snapshot: Snapshot,
    text: str,
    chance: random.Random | None = None,
    components: Mapping[str, Component] | None = None,
) -> Selected:
    """Pure: the nodes that ``text`` means in ``snapshot``: ``postgres-1``, ``gateway``,
    ``database:follower`` (a word of ``WORDS``), or ``cache:owner-of=KEY`` (of its component's
    ``holders``). ``chance`` decides which one ``any`` is.

    Raises ``NoSuchTarget`` with what there is, and ``NotNow`` where nobody is so at this moment.
    """
    tier, colon, word = text.partition(":")
    if not colon and text in WORDS and text not in snapshot.tiers:
        tier, word = _TIER, text
    if tier in snapshot.tiers:
        nodes = snapshot.tiers[tier].nodes
        if not colon and not word:
            return Selected(tier=tier, nodes=nodes, name=tier)
        component = (components or {}).get(tier)
        holders = component.holders if component else {}
        chosen = _chosen(tier, nodes, word, chance or random.Random(), holders)
        whole = len(chosen) == len(nodes)
        name = tier if whole else ", ".join(node.name for node in chosen)
        asked = "" if word == name else f"{tier}:{word}"
        return Selected(tier=tier, nodes=tuple(chosen), name=name, asked=asked)
    if colon or word:
        raise no_tier(tier, snapshot.tiers, left_out=snapshot.left_out)
    if (found := snapshot.tier_of(text)) is None:
        raise no_tier(text, snapshot.tiers, snapshot.nodes(), snapshot.left_out)
    return Selected(tier=found, nodes=(snapshot.nodes()[text],), name=text)


def impossible(text: str, components: Mapping[str, Component]) -> NoSuchTarget | None:
    """Pure: why no stack has what ``TIER:WORD`` means; None: one may have it. A name alone is for
    the stack to know."""
    tier, colon, word = text.partition(":")
    if not colon:
        return None
    if tier not in components:
        return no_tier(tier, components)
    holders = components[tier].holders
    if word in WORDS or _NODE.fullmatch(word) or word.partition("=")[0] in holders:
        return None
    return no_such("target", word, [*WORDS, *(f"{name}=NAME" for name in holders)])


def meant(
    snapshot: Snapshot, components: Mapping[str, Component], seed: int | None
) -> Callable[[str], str]:
    """Pure: what the nodes are called that a text means in ``snapshot``; a text that means none is
    its own name."""

    def name(text: str) -> str:
        try:
            return select(snapshot, text, random.Random(seed), components).name
        except (NoSuchTarget, NotNow):
            return text

    return name


def named(snapshot: Snapshot, name: str) -> tuple[NodeStatus, ...]:
    """Pure: the nodes that were called so (``Selected.name``), as far as they are still there.
    Raises ``NoSuchTarget`` where none is."""
    if name in snapshot.tiers:
        return snapshot.tiers[name].nodes
    there = snapshot.nodes()
    found = tuple(there[part] for part in name.split(", ") if part in there)
    if not found:
        raise no_tier(name, snapshot.tiers, there, snapshot.left_out)
    return found


def must_run(nodes: Iterable[NodeStatus], does: str) -> None:
    """Pure: raises ``NotNow`` unless all of them run. ``does``: what is to be done to them, such as
    ``paused``."""
    still = [f"{node.name} is {node.word}" for node in nodes if node.state != "running"]
    if still:
        raise NotNow(
            f"only a running node can be {does}: {', '.join(still)}",
            hint="`sdctl up` starts it. `sdctl chaos heal --all` heals all faults.",
        )


def leader_of(snapshot: Snapshot, tier: str) -> NodeStatus:
    """Pure: the node that leads a tier: its leader, or of several primaries the one with most
    keys. Raises ``NoSuchTarget`` with what was seen."""
    return leader(tier, snapshot.tiers[tier].nodes)


def _chosen(
    tier: str,
    nodes: Sequence[NodeStatus],
    word: str,
    chance: random.Random,
    holders: Mapping[str, Holds],
) -> Sequence[NodeStatus]:
    by_name = [node for node in nodes if node.name == word]
    if by_name:
        return by_name
    holder, equals, held = word.partition("=")
    if equals and holder in holders:
        found = [node for node in nodes if holders[holder](node.facts, held)]
        if not found:
            raise nobody(tier, f"{holder.replace('-', ' ')} {held!r}", nodes)
        return found[:1]
    if word not in WORDS:
        more = [f"{name}=NAME" for name in holders]
        raise no_such("target", word, [*WORDS, *more, *(node.name for node in nodes)])
    return WORDS[word](tier, nodes, chance)


Holds = Callable[["Mapping[str, Any]", str], bool]
