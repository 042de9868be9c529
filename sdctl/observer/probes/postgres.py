"""Database: who leads, who follows how closely, and what is inside."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sdctl.observer.each import ask_each, in_order
from sdctl.observer.positions import Positions
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.observer.replication import Seen, parse, readings
from sdctl.snapshot import Reading, Table

# On a leader: where its log ends, and how far each follower is, at one instant. On a follower: how
# far it is itself, and the age of the last transaction that it replayed.
_STATE = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
            ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn AS position,
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS age,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       (SELECT json_object_agg(application_name, json_build_object('sync', sync_state, 'behind',
                   CASE WHEN pg_is_in_recovery() THEN NULL
                        ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) END))
          FROM pg_stat_replication WHERE state = 'streaming') AS followers
"""


async def _ask(target: Target, reach: Reach) -> Seen:
    # 503 is the status of a node that does not run
    patroni = (await reach.get(target, "patroni", "/patroni")).json(503)
    if patroni.get("state") != "running":
        return parse(patroni, None)
    return parse(patroni, (await reach.sql(target, _STATE))[0])


_positions = Positions()


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each node for itself, then the followers against the leader."""
    seen, failures = await ask_each(targets, lambda target: _ask(target, reach))
    made = readings(seen, _positions, time.monotonic())
    return in_order(targets, {**made, **failures})


_SLOTS = """
SELECT slot_name, active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS held_bytes
FROM pg_replication_slots ORDER BY slot_name
"""
_TABLES = """
SELECT relname, pg_total_relation_size(relid)::bigint, n_live_tup, n_dead_tup
FROM pg_stat_user_tables ORDER BY 2 DESC, 1 LIMIT 8
"""
_CONNECTIONS = """
SELECT usename, coalesce(state, 'unknown'), count(*)
FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10
"""


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Replication; and from the leader its slots, biggest tables and connections."""
    found = await read(targets, reach)
    made = [node_table(found)]
    leads = {each.name for each in found if each.role == "leader"}
    leader = next((target for target in targets if target.name in leads), None)
    if leader is None:
        return made
    for title, columns, query in (
        ("replication slots", ("slot", "active", "held_bytes"), _SLOTS),
        ("biggest tables", ("table", "size_bytes", "rows (estimate)", "dead rows"), _TABLES),
        ("connections", ("role", "state", "count"), _CONNECTIONS),
    ):
        rows = await reach.sql(leader, query)
        cells = tuple(tuple(row.values()) for row in rows)
        made.append(Table(title=title, columns=columns, rows=cells))
    return made


def node_table(found: Sequence[Reading]) -> Table:
    """Pure: from the readings."""
    names = ("lag_bytes", "lag_seconds", "sync", "timeline")
    return Table(
        title="nodes",
        columns=("node", "role", *names),
        rows=tuple((r.name, r.role or r.reason, *map(r.facts.get, names)) for r in found),
    )


PROBE = Probe(component="postgres", read=read, inspect=inspect)
