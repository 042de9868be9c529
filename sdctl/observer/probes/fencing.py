"""Fencing: whom it watches, and what it decided last of each leader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself."""

    async def read_node(target: Node) -> Reading:
        return reading(target.name, await _ask(target, connections))

    return await read_each(targets, read_node)


def reading(name: str, said: Mapping[str, Any]) -> Reading:
    """Pure: not well while it cannot read who leads, because then it can revoke nothing."""
    return Reading(
        name=name,
        health="failing" if said["failure"] else "ok",
        reason=f"the consensus tier: {said['failure']}" if said["failure"] else "",
        facts={"watched": said["watched"], "revoked": said["revoked"]},
    )


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Each tier's leader, and what was last seen of it."""
    said = await _ask(targets[0], connections)
    rows = tuple((tier["tier"], tier["leader"], tier["says"]) for tier in said["tiers"])
    return [Table(title="leaders", columns=("tier", "leader", "last seen"), rows=rows)]


async def _ask(target: Node, connections: Connections) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = (await connections.get(target, "http", "/")).json()
    return answer


PROBE = Probe(component="fencing", read=read, inspect=inspect)
