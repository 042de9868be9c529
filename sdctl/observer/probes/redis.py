"""Cache: each node's part of the cluster, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.observer.service import ratio
from sdctl.snapshot import Fact, Reading, Role, Table

SLOTS = 16384


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One node's answers: ``CLUSTER INFO``, ``INFO``, its own line of ``CLUSTER NODES``."""

    cluster: Mapping[str, str]
    info: Mapping[str, Any]
    known: int
    """Peers it is connected to, itself included."""
    slots: int


def parse(cluster: Any, info: Mapping[str, Any], nodes: Any) -> Seen:
    """Pure: redis-py gives mappings for these commands; or the server's text."""
    members: Mapping[str, Mapping[str, Any]] = nodes
    alive = [each for each in members.values() if each["connected"] or "myself" in each["flags"]]
    alive = [each for each in alive if "handshake" not in each["flags"]]
    mine = next(each for each in members.values() if "myself" in each["flags"])
    slots = sum(int(span[-1]) - int(span[0]) + 1 for span in mine["slots"])
    return Seen(cluster=cluster, info=info, known=len(alive), slots=slots)


def reading(name: str, seen: Seen, total: int) -> Reading:
    """Pure: ok when it knows everybody, all slots are covered, and a replica follows."""
    replica = seen.info["role"] == "slave"
    covered = int(seen.cluster["cluster_slots_ok"])
    reason = ""
    if seen.known < total:
        reason = f"joining: {seen.known} of {total} nodes known"
    elif covered < SLOTS:
        reason = f"{covered} of {SLOTS} slots covered"
    elif seen.cluster["cluster_state"] != "ok":
        reason = f"cluster state {seen.cluster['cluster_state']}"
    elif replica and seen.info["master_link_status"] != "up":
        reason = "its primary does not answer"
    elif not replica and not seen.slots:
        reason = "owns no slots"
    role: Role = "replica" if replica else "primary"
    return Reading(
        name=name,
        role=role,
        health="failing" if reason else "ok",
        reason=reason,
        facts=facts(seen, replica),
    )


def facts(seen: Seen, replica: bool) -> dict[str, Fact]:
    """Pure: what `status` shows of a node."""
    info = seen.info
    hits, misses = int(info["keyspace_hits"]), int(info["keyspace_misses"])
    shared: dict[str, Fact] = {
        "keys": int(info.get("db0", {}).get("keys", 0)),
        "used_memory_bytes": int(info["used_memory"]),
    }
    if replica:
        behind = int(info["master_repl_offset"]) - int(info["slave_repl_offset"])
        return {**shared, "lag_bytes": max(behind, 0)}
    return {
        "slots": seen.slots,
        "hit_ratio": ratio(hits, misses),
        "ops_per_s": int(info["instantaneous_ops_per_sec"]),
        "evictions": int(info["evicted_keys"]),
        **shared,
    }


async def _see(target: Target, reach: Reach) -> Seen:
    cluster, info, nodes = await reach.redis(
        target.name, target.ports["redis"], ("CLUSTER INFO",), ("INFO",), ("CLUSTER NODES",)
    )
    return parse(cluster, info, nodes)


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each node for itself."""

    async def one(target: Target) -> Reading:
        return reading(target.name, await _see(target, reach), len(targets))

    return await read_each(targets, one)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Keys, hits and evictions per node; slots of the primaries, lag of the replicas."""
    found: Sequence[Reading] = await read(targets, reach)
    primaries = tuple(
        (
            each.name,
            *(each.facts.get(n) for n in ("slots", "keys", "hit_ratio", "ops_per_s", "evictions")),
            each.facts.get("used_memory_bytes"),
        )
        for each in found
        if each.role == "primary"
    )
    replicas = tuple(
        (each.name, each.facts.get("keys"), each.facts.get("lag_bytes"))
        for each in found
        if each.role == "replica"
    )
    away = tuple((each.name, each.reason) for each in found if each.role is None)
    columns = ("primary", "slots", "keys", "hit_ratio", "ops_per_s", "evictions", "memory_bytes")
    tables = [Table(title="primaries", columns=columns, rows=primaries)]
    if replicas:
        names = ("replica", "keys", "lag_bytes")
        tables.append(Table(title="replicas", columns=names, rows=replicas))
    if away:
        tables.append(Table(title="away", columns=("node", "why"), rows=away))
    return tables


PROBE = Probe(component="redis", read=read, inspect=inspect)
