"""Cache: each node's part of the Redis Cluster, and what it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sdctl.observer import service
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, in_order
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.redis_cluster import ClusterView, disagreements, parse, trouble
from sdctl.state.snapshot import Fact, Reading, Role, Table

_COMMANDS = (
    ("CLUSTER", "NODES"),
    ("CLUSTER", "INFO"),
    ("INFO", "memory", "stats", "replication", "keyspace", "errorstats"),
)


def readings(seen: Mapping[str, ClusterView], total: int) -> dict[str, Reading]:
    """Pure: a reading for each node that answered."""
    odd = disagreements(seen)
    return {
        name: _reading(name, answer, seen, trouble(answer, total) or odd.get(name, ""))
        for name, answer in seen.items()
    }


def _reading(
    name: str, seen: ClusterView, everyone: Mapping[str, ClusterView], reason: str
) -> Reading:
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


def keys(seen: ClusterView) -> int:
    """Keys, as ``DBSIZE`` counts them."""
    counts = dict(pair.split("=", 1) for pair in seen.info.get("db0", "keys=0").split(","))
    return int(counts["keys"])


def _primary_facts(seen: ClusterView) -> dict[str, Fact]:
    info = seen.info
    return {
        "slots": seen.myself.slots,
        "slot_ranges": ", ".join(seen.myself.ranges),
        "ops_per_s": int(info["instantaneous_ops_per_sec"]),
        "evictions": int(info["evicted_keys"]),
        "refused": refused(seen),
    }


def refused(seen: ClusterView) -> int:
    """Commands that found the memory full: where nothing may be evicted, or nothing is left to."""
    count = seen.info.get("errorstat_OOM", "count=0")
    return int(count.partition("=")[2])


def _replica_facts(seen: ClusterView, everyone: Mapping[str, ClusterView]) -> dict[str, Fact]:
    primary = everyone.get(seen.follows or "")
    behind = None
    if primary is not None and "slave_repl_offset" in seen.info:
        written = int(primary.info["master_repl_offset"])
        # asked at the same time, not at one instant: a replica may seem ahead
        behind = max(written - int(seen.info["slave_repl_offset"]), 0)
    return {"replica_of": seen.follows, "lag_bytes": behind}


async def _ask(target: Node, connections: Connections) -> ClusterView:
    return parse(*await connections.redis(target, *_COMMANDS))


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself, then a replica's distance from its primary."""
    seen, failures = await ask_each(targets, lambda target: _ask(target, connections))
    return in_order(targets, {**readings(seen, len(targets)), **failures})


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Reads that the cache answered; keys and evictions of the primaries; the lag of the replicas;
    who is away."""
    own = tuple(target for target in targets if target.component == PROBE.component)
    readers = tuple(target for target in targets if target.component != PROBE.component)
    stats, found = await asyncio.gather(
        service.all_stats(readers, connections), read(own, connections)
    )
    return [*([reads(stats)] if stats else ()), *tables(found)]


def reads(stats: Mapping[str, service.Stats]) -> Table:
    """Pure: as those count who read. Redis itself calls it a hit, too, when it has the note that a
    value has just changed, and the read goes on to the database."""
    rows = tuple(
        (name, hits, misses, service.ratio(hits, misses))
        for name, hits, misses in (
            (name, answer["cache"]["hits"], answer["cache"]["misses"])
            for name, answer in stats.items()
        )
    )
    return Table(title="reads", columns=("by", "hits", "misses", "hit_ratio"), rows=rows)


def tables(found: list[Reading]) -> list[Table]:
    """Pure: from the readings."""
    groups = {
        "primaries": ("slots", "keys", "ops_per_s", "evictions", "refused", "used_memory_bytes"),
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


PROBE = Probe(component="redis", read=read, inspect=inspect, users=("app",))
