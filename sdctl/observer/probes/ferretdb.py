"""Documents on FerretDB: each node is a PostgreSQL under Patroni and the gateway before it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sdctl.observer import document_store, patroni
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, in_order
from sdctl.observer.node import Node
from sdctl.observer.positions import Positions
from sdctl.observer.probes.postgres import node_table
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

_positions = Positions()


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """As the database's; and each gateway must answer."""

    async def greet(target: Node) -> bool:
        reply = await connections.mongo(target, "admin", {"hello": 1})
        return bool(reply["ok"])

    found, (_, silent) = await asyncio.gather(
        patroni.read(targets, connections, _positions), ask_each(targets, greet)
    )
    return in_order(
        targets, {name: both(reading, silent.get(name)) for name, reading in found.items()}
    )


def both(server: Reading, gateway: Reading | None) -> Reading:
    """Pure: a node is as well as the worse of its PostgreSQL and its gateway."""
    if gateway is None or server.health != "ok":
        return server
    return replace(server, health="failing", reason=f"gateway: {gateway.reason}")


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Replication, and the collections as the leader has them."""
    found = await read(targets, connections)
    return [node_table(found), *await document_store.of_leader(targets, connections, found)]


PROBE = Probe(component="ferretdb", read=read, inspect=inspect, holds=document_store.holds)
