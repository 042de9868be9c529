"""Dashboards: Grafana's own word on itself and its store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each Grafana for itself."""

    async def read_node(target: Node) -> Reading:
        health = await connections.get(target, "http", "/api/health")
        return reading(target.name, health.json(503))

    return await read_each(targets, read_node)


def reading(name: str, health: Mapping[str, Any]) -> Reading:
    """Pure: ok when its store is."""
    store = str(health.get("database"))
    return Reading(
        name=name,
        health="ok" if store == "ok" else "failing",
        reason="" if store == "ok" else f"its store: {store}",
        facts={"version": str(health.get("version", ""))},
    )


PROBE = Probe(component="grafana", read=read)
