"""Cache: each node's part of the Redis Cluster, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdctl.observer.each import ask_each, in_order
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.observer.service import ratio
from sdctl.snapshot import Fact, Reading, Role, Table

SLOTS = 16384
_COMMANDS = (
    ("CLUSTER", "NODES"),
    ("CLUSTER", "INFO"),
    ("INFO", "memory", "stats", "replication", "keyspace"),
)
_STRANGE = {"handshake", "noaddr"}


@dataclass(frozen=True, kw_only=True)
class Member:
    """A line of ``CLUSTER NODES``."""

    id: str
    host: str
    flags: frozenset[str]
    primary: str
    """The id of the primary that it follows; ``-``: none."""
    slots: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one node says of the cluster and of itself."""

    members: tuple[Member, ...]
    cluster: Mapping[str, str]
    info: Mapping[str, str]

    @property
    def myself(self) -> Member:
        """The node's own line."""
        return next(each for each in self.members if "myself" in each.flags)

    @property
    def follows(self) -> str | None:
        """The host of the primary; None for a primary."""
        ids = {each.id: each.host for each in self.members}
        return ids.get(self.myself.primary, "?") if "slave" in self.myself.flags else None


def parse(nodes: str, cluster: str, info: str) -> Seen:
    """Pure: the replies to the three commands."""
    members = tuple(_member(line.split(" ")) for line in nodes.splitlines() if line)
    return Seen(members=members, cluster=_pairs(cluster), info=_pairs(info))


def _member(words: list[str]) -> Member:
    ranges = (word.partition("-") for word in words[8:] if not word.startswith("["))
    return Member(
        id=words[0],
        host=words[1].split(",")[1] if "," in words[1] else "",
        flags=frozenset(words[2].split(",")),
        primary=words[3],
        slots=sum(int(last or first) - int(first) + 1 for first, _, last in ranges),
    )


def _pairs(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {key: value for key, colon, value in lines if colon}


def readings(seen: Mapping[str, Seen], total: int) -> dict[str, Reading]:
    """Pure: a reading for each node that answered."""
    return {name: _reading(name, each, seen, total) for name, each in seen.items()}


def _reading(name: str, seen: Seen, everyone: Mapping[str, Seen], total: int) -> Reading:
    reason = trouble(seen, total)
    role: Role | None = None
    if seen.follows is not None:
        role = "replica"
    elif seen.myself.slots:
        role = "primary"
    facts = _replica_facts(seen, everyone) if role == "replica" else _primary_facts(seen)
    shared = {"keys": keys(seen), "used_memory_bytes": int(seen.info["used_memory"])}
    return Reading(
        name=name,
        role=role,
        health="failing" if reason else "ok",
        reason=reason,
        facts={**facts, **shared},
    )


def trouble(seen: Seen, total: int) -> str:
    """Pure: why a node is not ok; empty when it is."""
    known = sum(bool(each.host) and not each.flags & _STRANGE for each in seen.members)
    covered = int(seen.cluster["cluster_slots_ok"])
    if known < total:
        return f"joining: {known} of {total} nodes known"
    if covered < SLOTS:
        return f"{covered} of {SLOTS} slots covered"
    if seen.cluster["cluster_state"] != "ok":
        return f"the cluster's state is {seen.cluster['cluster_state']}"
    if seen.follows is None:
        return "" if seen.myself.slots else "has no slots yet"
    if seen.info.get("master_link_status") != "up":
        return f"the link to {seen.follows} is down"
    return ""


def keys(seen: Seen) -> int:
    """Keys, as ``DBSIZE`` counts them."""
    counts = dict(pair.split("=", 1) for pair in seen.info.get("db0", "keys=0").split(","))
    return int(counts["keys"])


def _primary_facts(seen: Seen) -> dict[str, Fact]:
    info = seen.info
    return {
        "slots": seen.myself.slots,
        "hit_ratio": ratio(int(info["keyspace_hits"]), int(info["keyspace_misses"])),
        "ops_per_s": int(info["instantaneous_ops_per_sec"]),
        "evictions": int(info["evicted_keys"]),
    }


def _replica_facts(seen: Seen, everyone: Mapping[str, Seen]) -> dict[str, Fact]:
    primary = everyone.get(seen.follows or "")
    behind = None
    if primary is not None and "slave_repl_offset" in seen.info:
        written = int(primary.info["master_repl_offset"])
        # asked at the same time, not at one instant: a replica may seem ahead
        behind = max(written - int(seen.info["slave_repl_offset"]), 0)
    return {"replica_of": seen.follows, "lag_bytes": behind}


async def _ask(target: Target, reach: Reach) -> Seen:
    return parse(*await reach.redis(target, *_COMMANDS))


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each node for itself, then a replica's distance from its primary."""
    seen, failures = await ask_each(targets, lambda target: _ask(target, reach))
    return in_order(targets, {**readings(seen, len(targets)), **failures})


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Keys, hits and evictions of the primaries; the lag of the replicas; who is away."""
    return tables(await read(targets, reach))


def tables(found: list[Reading]) -> list[Table]:
    """Pure: from the readings."""
    groups = {
        "primaries": ("slots", "keys", "hit_ratio", "ops_per_s", "evictions", "used_memory_bytes"),
        "replicas": ("replica_of", "lag_bytes", "keys", "used_memory_bytes"),
    }
    made = []
    for (title, facts), role in zip(groups.items(), ("primary", "replica"), strict=True):
        rows = tuple((r.name, *map(r.facts.get, facts)) for r in found if r.role == role)
        if rows:
            made.append(Table(title=title, columns=("node", *facts), rows=rows))
    troubled = tuple((r.name, r.health, r.reason) for r in found if r.reason)
    if troubled:
        made.append(Table(title="in trouble", columns=("node", "health", "why"), rows=troubled))
    return made


PROBE = Probe(component="redis", read=read, inspect=inspect)
