"""Nodes under Patroni: each PostgreSQL and its Patroni asked; ``replication.py`` reads it."""

from __future__ import annotations

import time

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each
from sdctl.observer.node import Node
from sdctl.observer.positions import Positions
from sdctl.observer.replication import PostgresAnswers, parse, readings
from sdctl.state.snapshot import Reading

# On a leader: where its log ends, and how far each follower is, at one instant. On a follower: how
# far it is itself, and the age of the last transaction that it replayed.
_STATE = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
            ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn AS position,
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS age,
       current_setting('max_connections')::int AS max_connections,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
       (SELECT json_object_agg(application_name, json_build_object('sync', sync_state, 'behind',
                   CASE WHEN pg_is_in_recovery() THEN NULL
                        ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) END))
          FROM pg_stat_replication WHERE state = 'streaming') AS followers
"""


async def ask(target: Node, connections: Connections) -> PostgresAnswers:
    """One node."""
    # 503 is the status of a node that does not run
    said = (await connections.get(target, "patroni", "/patroni")).json(503)
    if said.get("state") != "running":
        return parse(said, None)
    return parse(said, (await connections.sql(target, _STATE))[0])


async def read(
    targets: tuple[Node, ...], connections: Connections, positions: Positions
) -> dict[str, Reading]:
    """Each node for itself, then the followers against the leader; by name."""
    seen, failures = await ask_each(targets, lambda target: ask(target, connections))
    return {**readings(seen, positions, time.monotonic()), **failures}
