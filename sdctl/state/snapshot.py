"""What was seen at one instant: per node its role, health and facts, each of them maybe unknown.

The observer makes readings inside the stack, the CLI adds what the engine says; both import this
file, so it needs nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["leader", "follower", "primary", "replica", "member"]
Health = Literal["ok", "failing", "unknown"]
Fact = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One node as a probe saw it."""

    name: str
    role: Role | None = None
    health: Health = "unknown"
    reason: str = ""
    """Why it is not ok: what ``up`` and ``status`` show while they wait."""
    facts: Mapping[str, Fact] = field(default_factory=dict)


MISSING = "missing"
"""The state, for people and in JSON, of a node that is wanted and was removed without sdctl."""


@dataclass(frozen=True, kw_only=True)
class NodeStatus:
    """A reading, with what the target says of the node."""

    name: str
    state: str
    """running, frozen, restarting, waiting or down, whatever runs it; as in ``targets/target.py``.
    """
    shown: str = ""
    """The target's own word for that (``paused``, ``exited``); empty: the same."""
    starting: bool = False
    """Whether it says that it is not ready, and began less than a minute ago: that is no failure so
    far. One that says nothing is unknown."""
    role: Role | None = None
    health: Health = "unknown"
    reason: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def leads(self) -> bool:
        """Whether others follow it: a tier's one leader, or a primary, which leads a part."""
        return self.role in ("leader", "primary")

    @property
    def follows(self) -> bool:
        """Whether it copies from one that leads."""
        return self.role in ("follower", "replica")

    @property
    def word(self) -> str:
        """Its state for people, and for JSON."""
        return self.shown or self.state

    @property
    def condition(self) -> str:
        """How it is, in one word for people: its health, or what says more than that."""
        return "starting" if self.starting else MISSING if self.word == MISSING else self.health


@dataclass(frozen=True, kw_only=True)
class TierStatus:
    """A tier: healthy when every node of it runs and is ok."""

    healthy: bool
    leader: str | None
    nodes: tuple[NodeStatus, ...]

    @property
    def leading(self) -> tuple[str, ...]:
        """The nodes that lead and are well: one or (in a cache of several shards) many."""
        return tuple(node.name for node in self.nodes if node.leads and node.health == "ok")


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A whole stack at one instant (``at``: ISO 8601, UTC)."""

    stack: str
    profile: str
    healthy: bool
    at: str
    tiers: Mapping[str, TierStatus]
    faults: tuple[Mapping[str, Any], ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What the profile asked for and this machine cannot have, and why."""

    def to_json(self) -> dict[str, Any]:
        """The value of ``sdctl status --json``, where a node's state is the target's own word."""
        value = asdict(self)
        for tier in value["tiers"].values():
            for node in tier["nodes"]:
                node["state"] = node.pop("shown") or node["state"]
        return value

    def nodes(self) -> dict[str, NodeStatus]:
        """Every node by name."""
        return {node.name: node for tier in self.tiers.values() for node in tier.nodes}

    def of_tier(self, tier: str) -> tuple[NodeStatus, ...]:
        """A tier's nodes; none where the stack has no such tier."""
        return self.tiers[tier].nodes if tier in self.tiers else ()

    def tier_of(self, node: str) -> str | None:
        """The tier of a node, by its name; None: it is not there."""
        tiers = {own.name: tier for tier, status in self.tiers.items() for own in status.nodes}
        return tiers.get(node)


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of ``sdctl inspect``: columns, and rows of as many cells."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Fact, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Title, and each row as a mapping from column to cell."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows}
