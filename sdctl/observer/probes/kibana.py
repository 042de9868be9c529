"""Dashboards: Kibana's own word on itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each Kibana for itself."""

    async def read_node(target: Node) -> Reading:
        status = await connections.get(target, "http", "/api/status")
        return reading(target.name, status.json(503))

    return await read_each(targets, read_node)


def reading(name: str, status: Mapping[str, Any]) -> Reading:
    """Pure: ok when it is available; who has not logged in is told no more than that."""
    level = str(status.get("status", {}).get("overall", {}).get("level", "starting"))
    return Reading(
        name=name,
        health="ok" if level in ("available", "degraded") else "failing",
        reason="" if level == "available" else level,
    )


PROBE = Probe(component="kibana", read=read)
