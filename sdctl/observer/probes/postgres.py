"""Database: who leads, who follows how closely, and what is inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading, Table

# A follower that has replayed all it received is not behind, however old the last transaction is.
_FOLLOWER = """
SELECT CASE WHEN pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn() THEN 0.0
            ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END::float8
       AS lag_seconds,
       (pg_last_wal_replay_lsn() - '0/0')::bigint AS replayed
"""
_LEADER = """
SELECT (pg_current_wal_lsn() - '0/0')::bigint AS written,
       (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming') AS followers
"""
_SLOTS = """
SELECT slot_name, active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS held_bytes
FROM pg_replication_slots ORDER BY slot_name
"""
_TABLES = """
SELECT relname, pg_total_relation_size(relid)::bigint AS size_bytes, n_live_tup, n_dead_tup
FROM pg_stat_user_tables ORDER BY 2 DESC LIMIT 8
"""
_CONNECTIONS = """
SELECT coalesce(usename, backend_type) AS who, coalesce(state, 'background') AS state, count(*) AS n
FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10
"""


async def _state(target: Target, reach: Reach) -> Mapping[str, Any]:
    value: Mapping[str, Any] = await reach.get(
        f"http://{target.name}:{target.ports['patroni']}/patroni"
    )
    return value


def reading(name: str, state: Mapping[str, Any], row: Mapping[str, Any] | None) -> Reading:
    """Pure: from Patroni's word on the node, and a row of SQL where it takes queries."""
    running = state.get("state") == "running"
    leads = state.get("role") in ("primary", "master", "leader")
    timeline = state.get("timeline")
    if not running or row is None:
        return Reading(name=name, health="failing", reason=str(state.get("state") or "starting"))
    if leads:
        return Reading(
            name=name,
            role="leader",
            health="ok",
            facts={"timeline": timeline, "followers": row["followers"], "written": row["written"]},
        )
    streaming = state.get("replication_state") == "streaming"
    led = not state.get("cluster_unlocked", False)
    reason = "" if streaming else f"not streaming: {state.get('replication_state') or 'waiting'}"
    return Reading(
        name=name,
        role="follower",
        health="ok" if streaming else "failing",
        reason=reason if led else "no leader yet",
        facts={
            "lag_seconds": round(row["lag_seconds"] or 0.0, 3),
            "sync": bool(state.get("sync_standby") or state.get("quorum_standby")),
            "timeline": timeline,
            "replayed": row["replayed"],
        },
    )


def with_lag(readings: list[Reading]) -> list[Reading]:
    """Pure: positions become distances from the leader, in bytes."""
    written = next((r.facts["written"] for r in readings if "written" in r.facts), None)
    done = []
    for each in readings:
        facts: dict[str, Fact] = {
            name: value for name, value in each.facts.items() if name not in ("written", "replayed")
        }
        if "replayed" in each.facts:
            replayed = each.facts["replayed"]
            behind = None
            if isinstance(written, int) and isinstance(replayed, int):
                # the two were asked one after the other, so a follower may seem ahead
                behind = max(written - replayed, 0)
            facts = {"lag_bytes": behind, **facts}
        done.append(
            Reading(
                name=each.name, role=each.role, health=each.health, reason=each.reason, facts=facts
            )
        )
    return done


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each node for itself, then lag against the leader."""

    async def one(target: Target) -> Reading:
        state = await _state(target, reach)
        row = None
        if state.get("state") == "running":
            leads = state.get("role") in ("primary", "master", "leader")
            query = _LEADER if leads else _FOLLOWER
            row = (await reach.sql(target.name, target.ports["postgres"], query))[0]
        return reading(target.name, state, row)

    return with_lag(await read_each(targets, one))


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Replication, slots, the biggest tables and connections, from the leader."""
    found = await read(targets, reach)
    names = ("lag_bytes", "lag_seconds", "sync", "timeline")
    nodes = Table(
        title="nodes",
        columns=("node", "role", *names),
        rows=tuple((r.name, r.role or r.reason, *(r.facts.get(n) for n in names)) for r in found),
    )
    leader = next((r.name for r in found if r.role == "leader"), None)
    if leader is None:
        return [nodes]
    port = targets[0].ports["postgres"]
    tables = [nodes]
    for title, columns, query in (
        ("replication slots", ("slot", "active", "held_bytes"), _SLOTS),
        ("biggest tables", ("table", "size_bytes", "rows", "dead rows"), _TABLES),
        ("connections", ("role", "state", "count"), _CONNECTIONS),
    ):
        rows = await reach.sql(leader, port, query)
        tables.append(Table(title=title, columns=columns, rows=tuple(tuple(r) for r in rows)))
    return tables


PROBE = Probe(component="postgres", read=read, inspect=inspect)
