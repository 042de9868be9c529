"""Database: who leads, who follows how closely, and what is inside."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.app.contract import READ_BACK, WAITING, of_run
from sdctl.observer import patroni
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import in_order
from sdctl.observer.held import Held
from sdctl.observer.node import Node
from sdctl.observer.positions import Positions
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

_positions = Positions()


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself, then the followers against the leader."""
    return in_order(targets, await patroni.read(targets, connections, _positions))


_SLOTS = """
SELECT slot_name, active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS held_bytes
FROM pg_replication_slots ORDER BY slot_name
"""
# counted, where the observer may read: a failover loses what the statistics have of a table
_TABLES = """
SELECT relname, pg_total_relation_size(relid)::bigint,
       CASE WHEN has_table_privilege(relid, 'SELECT')
            THEN (xpath('//n/text()', query_to_xml(
                format('SELECT count(*) AS n FROM %I.%I', schemaname, relname), true, true, ''
            )))[1]::text::bigint END, n_dead_tup
FROM pg_stat_user_tables ORDER BY 2 DESC, 1 LIMIT 8
"""
_CONNECTIONS = """
SELECT usename, coalesce(state, 'unknown'), count(*)
FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10
"""


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Replication; and from the leader its slots, biggest tables and connections."""
    found = await read(targets, connections)
    made = [node_table(found)]
    leads = {reading.name for reading in found if reading.role == "leader"}
    leader = next((target for target in targets if target.name in leads), None)
    if leader is None:
        return made
    for title, columns, query in (
        ("replication slots", ("slot", "active", "held_bytes"), _SLOTS),
        ("biggest tables", ("table", "size_bytes", "rows", "dead rows"), _TABLES),
        ("connections", ("role", "state", "count"), _CONNECTIONS),
    ):
        rows = await connections.sql(leader, query)
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


async def holds(target: Node, connections: Connections, run: str) -> Held:
    """The orders, their users' inboxes, and the outbox."""
    pattern = of_run(run)
    waiting = await connections.sql(target, WAITING, pattern)
    return Held(
        lines=await connections.copy(target, READ_BACK, pattern),
        waiting=int(waiting[0]["count"]),
    )


PROBE = Probe(component="postgres", read=read, inspect=inspect, holds=holds)
