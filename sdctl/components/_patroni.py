"""What the tiers that Patroni fails over share: their settings, and what these must agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from sdctl.components._volumes import volume_conflicts
from sdctl.components.component import Plan
from sdctl.components.late_setting import LateSetting
from sdctl.components.node import HOME, TMP
from sdctl.components.published import Published
from sdctl.foundation.errors import Problem
from sdctl.foundation.units import write_duration, write_size

SCRATCH = (TMP, HOME, "/run/postgresql")
"""The server's socket is in the last; its client keeps what was typed in the second."""


_BYTES_OF_A_CONNECTION = 40 * 1024
"""What the server sets aside for one before anybody connects (PostgreSQL 17:
`postgres -C shared_memory_size` for 20 and for 2000 connections)."""


FIGURES = {
    "timeline": "PostgreSQL adds one to this number each time that a follower becomes the leader. "
    "So it says how many leaders there were so far. Nodes that show different "
    "numbers do not follow the same leader.",
    "followers": "Nodes that copy from this leader now.",
    "sync_followers": "Followers that this leader waits for: a write is acknowledged only after "
    "one of them has it.",
    "max_connections": "How many connections this node takes at most.",
    "connections": "Connections that clients have open to this node.",
    "lag_bytes": "How many bytes of its leader's writes this node does not have yet. 0 means that "
    "it has everything.",
    "lag_seconds": "How old the data of this follower is: a read there may miss what was written "
    "in that time.",
    "sync": "The leader waits for this follower before it acknowledges a write. So after a "
    "failover this follower lacks nothing.",
}
"""What the probes tell of a node that Patroni fails over."""


PUBLISHED_BY_PATRONI = Published(
    name="Patroni, its defaults",
    low_s=20,
    high_s=30,
    source="ttl 30 less loop_wait 10: Patroni documentation, dynamic configuration; "
    "github.com/patroni/patroni issue 1872",
)
"""Of every tier that it fails over, whatever its clients speak."""

Fencing = Literal["confirmed", "none"]
"""confirmed: the lease of a leader that has no process left is revoked. none: it runs out."""

SCOPES = {"postgres": "sdctl", "ferretdb": "documents"}
"""By component: the name by which Patroni keeps it in the consensus store, as its patroni.yml has
it."""


FORGET = ("python3", "/opt/sdctl/forget.py")
"""Drops the replication slots of nodes that are gone for good. Patroni would do it 30 minutes
later, and the leader's log grows until then."""


def late_setting(component: str) -> LateSetting:
    """Of a component that Patroni starts: PostgreSQL's rule for its followers' connections.
    Patroni's own word for it, `pending_restart`, is gone after its next look at its settings."""
    patronictl = f"patronictl -c /tmp/patroni restart {SCOPES[component]}"
    command = f'exec {patronictl} "$NODE_NAME" --force --timeout 30'
    return LateSetting(name="max_connections", restart=("sh", "-c", command))


def fenced(plan: Plan) -> dict[str, str]:
    """The tiers whose dead leaders are fenced, and the scope of each."""
    return {
        tier: SCOPES[component.name]
        for tier, component in plan.components.items()
        if component.name in SCOPES
        and plan.settings[tier].model_dump().get("fencing") == "confirmed"
    }


class Leased(Protocol):
    """The settings of a tier whose leader holds a lease."""

    @property
    def memory(self) -> int:
        """Of a node, in bytes."""
        ...

    @property
    def nodes(self) -> int:
        """How many."""
        ...

    @property
    def durability(self) -> str:
        """`protection` waits for a follower."""
        ...

    @property
    def ttl(self) -> float:
        """The leader's lease in seconds."""
        ...

    @property
    def fencing(self) -> Fencing:
        """Whether a dead leader's lease is revoked."""
        ...

    @property
    def loop_wait(self) -> float:
        """Seconds between two renewals."""
        ...

    @property
    def retry_timeout(self) -> float:
        """Seconds that a renewal may take."""
        ...

    @property
    def shared_buffers(self) -> int:
        """In bytes."""
        ...

    @property
    def max_connections(self) -> int:
        """Clients at a time."""
        ...

    @property
    def volume_size(self) -> int:
        """In bytes; 0: no limit."""
        ...


def lease_conflicts(tier: str, settings: Leased, *, room: int) -> Iterator[Problem]:
    """What a tier that Patroni fails over must agree with in itself; ``room``: the memory that its
    processes take besides the buffers."""
    # https://patroni.readthedocs.io/en/latest/dynamic_configuration.html
    least = settings.loop_wait + 2 * settings.retry_timeout
    if least > settings.ttl:
        yield Problem(
            f"{tier}.ttl",
            f"{write_duration(settings.ttl)} is less than {tier}.loop_wait + 2 × "
            f"{tier}.retry_timeout ({write_duration(least)})",
        )
    if settings.durability == "protection" and settings.nodes < 2:
        yield Problem(
            f"{tier}.durability", f"protection needs at least 2 nodes, and {tier}.nodes is 1"
        )
    held = settings.shared_buffers + settings.max_connections * _BYTES_OF_A_CONNECTION + room
    if held > settings.memory:
        yield Problem(
            f"{tier}.shared_buffers",
            f"{write_size(settings.shared_buffers)} and {tier}.max_connections "
            f"({settings.max_connections}) do not fit into {tier}.memory "
            f"({write_size(settings.memory)}): at least {-(-held // 1024**2)}mb",
        )
    else:
        yield from volume_conflicts(tier, settings.volume_size, settings.memory, held)


def may_lead(settings: Leased, facts: Mapping[str, object]) -> bool | None:
    """Whether a follower may take over: any, or only one that the leader waits for (Patroni,
    synchronous mode)."""
    if settings.durability == "performance":
        return True
    sync = facts.get("sync")
    return None if sync is None else bool(sync)
