"""What the tiers that Patroni fails over share: how long that should take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from sdctl.components._volumes import volume_conflicts
from sdctl.components.band import Band, RunsOut
from sdctl.components.component import Plan
from sdctl.components.node import HOME, TMP
from sdctl.components.published import Published
from sdctl.foundation.errors import Problem
from sdctl.foundation.units import write_duration, write_size

SCRATCH = (TMP, HOME, "/run/postgresql")
"""The server's socket is in the last; its client keeps what was typed in the second."""
LOOK_S = 0.5
"""etcd looks for expired leases twice a second (etcd 3.5, server/lease/lessor.go)."""
ASK_S = 2.0
"""A candidate waits so long for the other members' answers, the dead leader's among them (Patroni
4.0, ha.py: fetch_node_status)."""
CONFIRM_S = 0.5
"""The control groups are looked at ten times a second, the engine removes that of a dead node, and
the lease is revoked: measured 0.06-0.2 s on two busy cores."""
BACK_S = 2.0
"""A consensus store that was away takes so long at most to start, and to answer."""
NOTICE_S = 0.5
"""Patroni finds its server gone, stops what is left of it and gives up the lock."""
PROMOTE_S = 1.0
"""PostgreSQL ends its recovery; measured 0.1-1.3 s (median 0.9 s, n=5) on two busy cores."""
PROBE_S = 0.5
"""The app asks each node so often whether it leads (app/stores/role_probe.py: PROBE_INTERVAL_S)."""


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

_SCOPES = {"postgres": "sdctl", "ferretdb": "documents"}
"""By component: the name by which Patroni keeps it in the consensus store, as its patroni.yml has
it."""


def fenced(plan: Plan) -> dict[str, str]:
    """The tiers whose dead leaders are fenced, and the scope of each."""
    return {
        tier: _SCOPES[component.name]
        for tier, component in plan.components.items()
        if component.name in _SCOPES
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


def predict(settings: Leased, how: str) -> Band | None:
    """A lease that nobody revokes runs out, less what had run since its last renewal when the
    leader died, froze or was cut off, and the checks and the promotion come after it.

    None for ``stop`` (the leader hands over: its last checkpoint takes as long as it takes), and
    for a ``crash`` where it recovers in place (by what there is to replay): no setting tells.
    """
    if settings.nodes < 2:
        return None
    if how == "kill" and settings.fencing == "confirmed":
        return _fenced()
    if how == "crash" and settings.durability != "performance":
        return _crashed(settings)
    if how not in ("kill", "pause", "partition"):
        return None
    checks = LOOK_S + ASK_S + PROMOTE_S + PROBE_S
    return Band(
        low_s=settings.ttl - settings.loop_wait,
        high_s=settings.ttl + checks,
        first=RunsOut(name="lease", low_s=settings.ttl - settings.loop_wait, high_s=settings.ttl),
        why=f"from {settings.ttl:g} s (the lease) − {settings.loop_wait:g} s (since its last "
        f"renewal) to {settings.ttl:g} s (the lease) + {checks:g} s (checks, and the promotion)",
    )


def deprived(settings: Leased, away_s: float) -> Band:
    """While the consensus store is away for ``away_s`` the leader looks for it every ``loop_wait``,
    tries for ``retry_timeout`` then, and gives its role up, however much of its lease is left
    (Patroni, dynamic configuration: retry_timeout). When the store is back, it takes the role again
    at its next look."""
    tries, look = settings.retry_timeout, settings.loop_wait
    again = look + PROMOTE_S + PROBE_S
    return Band(
        low_s=max(away_s - tries - look, 0.0),
        high_s=max(away_s + BACK_S - tries, 0.0) + again,
        first=RunsOut(name="retry_timeout", low_s=tries, high_s=tries + look),
        why=f"the leader gives its role up {tries:g} s (retry_timeout) to {tries + look:g} s (with "
        f"loop_wait) after the fault, and takes it again at most {BACK_S + again:g} s after its end"
        f" ({BACK_S:g} s to start, loop_wait, and the promotion); a shorter fault may stop nothing",
    )


def cut_off(settings: Leased, away_s: float) -> Band | None:
    """A leader that is cut off for less than its lease has left is followed by nobody. It has given
    its role up meanwhile, and takes it again at its next look."""
    left = settings.ttl - settings.loop_wait
    if settings.nodes < 2 or away_s >= left:
        return None
    again = settings.loop_wait + PROMOTE_S + PROBE_S
    return Band(
        low_s=away_s,
        high_s=away_s + again,
        first=RunsOut(name="lease", low_s=left, high_s=settings.ttl),
        why=f"the lease of {settings.ttl:g} s does not run out in {away_s:g} s: nobody takes over, "
        f"so writes stop for {away_s:g} s, and for at most {again:g} s more (loop_wait, and the "
        "promotion) until the same leader leads again",
    )


def _fenced() -> Band:
    checks = ASK_S + PROMOTE_S + PROBE_S
    return Band(
        # where the dead node's name is refused at once, nobody waits for its answer
        low_s=0.2,
        high_s=CONFIRM_S + checks,
        why=f"at most {CONFIRM_S:g} s (until the leader is known to be dead, and its lease is "
        f"revoked) + {checks:g} s (checks, and the promotion)",
    )


def _crashed(settings: Leased) -> Band:
    after = NOTICE_S + PROMOTE_S + PROBE_S
    return Band(
        low_s=0.2,
        high_s=settings.loop_wait + after,
        why=f"at most {settings.loop_wait:g} s (Patroni looks that often) + {after:g} s (the "
        "hand-over, and the promotion)",
    )
