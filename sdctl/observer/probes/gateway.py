"""Gateway: open, and able to reach the load balancer."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.observer import haproxy
from sdctl.observer.connections import Connections
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

FRONTEND, BACKEND = "entrance", "lb"


def reading(name: str, rows: Sequence[haproxy.Row]) -> Reading:
    """Pure: a reading from the statistics."""
    state = haproxy.row(rows, FRONTEND, "FRONTEND")["status"]
    reason = ""
    if state != "OPEN":
        reason = f"the entrance is {state.lower()}"
    elif not any(haproxy.up(server) for server in haproxy.servers(rows, BACKEND)):
        reason = "the load balancer does not answer yet"
    facts = haproxy.traffic(rows, FRONTEND, BACKEND)
    return Reading(
        name=name,
        health="failing" if reason else "ok",
        reason=reason,
        facts={**facts, "rejected": haproxy.rejected(rows, FRONTEND, BACKEND)},
    )


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each HAProxy for itself."""
    return await haproxy.read(targets, connections, reading)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Routes, the server behind, sessions, and what was turned away."""
    rows = await haproxy.statistics(targets[0], connections)
    names = await connections.names_by_address(targets[0].everyone)
    return [*haproxy.tables(rows, FRONTEND, BACKEND, names), rejections(rows)]


def rejections(rows: Sequence[haproxy.Row]) -> Table:
    """Pure: what the gateway answered by itself; HAProxy keeps no count per status."""
    back = haproxy.row(rows, BACKEND, "BACKEND")
    cells = (haproxy.rejected(rows, FRONTEND, BACKEND), haproxy.number(back, "cli_abrt"))
    return Table(
        title="turned away", columns=("rejected (its own 4xx)", "client left"), rows=(cells,)
    )


PROBE = Probe(component="gateway", read=read, inspect=inspect)
