"""Load balancer: open, with a replica that is up behind it."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.observer import haproxy
from sdctl.observer.connections import Connections
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

FRONTEND, BACKEND = "spread", "app"


def reading(name: str, rows: Sequence[haproxy.Row]) -> Reading:
    """Pure: a reading from the statistics."""
    state = haproxy.row(rows, FRONTEND, "FRONTEND")["status"]
    servers = haproxy.servers(rows, BACKEND)
    ready = sum(haproxy.up(server) for server in servers)
    reason = ""
    if state != "OPEN":
        reason = f"the frontend is {state.lower()}"
    elif not servers:
        reason = "no replica found yet"
    elif not ready:
        reason = f"none of {len(servers)} replicas is ready"
    facts = haproxy.traffic(rows, FRONTEND, BACKEND)
    return Reading(
        name=name,
        health="failing" if reason else "ok",
        reason=reason,
        facts={**facts, "servers_up": ready, "servers_total": len(servers)},
    )


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each HAProxy for itself."""
    return await haproxy.read(targets, connections, reading)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """What comes in, every replica behind, and sessions."""
    rows = await haproxy.statistics(targets[0], connections)
    names = await connections.names_by_address(targets[0].everyone)
    return haproxy.tables(rows, FRONTEND, BACKEND, names)


PROBE = Probe(component="lb", read=read, inspect=inspect)
