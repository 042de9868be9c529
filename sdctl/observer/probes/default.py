"""Any component without a probe of its own: does its first port take a connection?"""

from __future__ import annotations

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Ok when it does; a node without ports is ok when its name is known."""

    async def read_node(target: Node) -> Reading:
        if target.ports:
            await connections.connects(target, next(iter(target.ports)))
        elif await connections.address(target.name) is None:
            return Reading(name=target.name, health="failing", reason="name not found")
        return Reading(name=target.name, health="ok")

    return await read_each(targets, read_node)


PROBE = Probe(component="default", read=read)
