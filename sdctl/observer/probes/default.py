"""Any component without a probe of its own: does its first port take a connection?"""

from __future__ import annotations

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Reading


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Ok when it does; a node without ports is ok when its name is known."""

    async def one(target: Target) -> Reading:
        if target.ports:
            await reach.connects(target, next(iter(target.ports)))
        elif await reach.address(target.name) is None:
            return Reading(name=target.name, health="failing", reason="name not found")
        return Reading(name=target.name, health="ok")

    return await read_each(targets, one)


PROBE = Probe(component="default", read=read)
