"""Load balancer: ok while a replica is up behind it."""

from __future__ import annotations

from sdctl.observer import haproxy
from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Reading, Table

FRONTEND, BACKEND = "spread", "app"
MOST_REPLICAS = 20


async def _rows(target: Target, reach: Reach) -> list[haproxy.Row]:
    return haproxy.parse(
        await reach.text(f"http://{target.name}:{target.ports['stats']}/stats;csv")
    )


def reading(name: str, rows: list[haproxy.Row]) -> Reading:
    """Pure: a reading from the statistics."""
    servers = haproxy.servers(rows, BACKEND)
    up = [each for each in servers if each["status"].startswith("UP")]
    return Reading(
        name=name,
        health="ok" if up else "failing",
        reason="" if up else f"none of {len(servers)} replicas is ready",
        facts={
            **haproxy.traffic(rows, FRONTEND, BACKEND),
            "servers_up": len(up),
            "servers_total": len(servers),
        },
    )


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """One HAProxy each."""

    async def one(target: Target) -> Reading:
        return reading(target.name, await _rows(target, reach))

    return await read_each(targets, one)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """The frontend and every replica behind it, by its node's name."""
    rows = await _rows(targets[0], reach)
    count = len(haproxy.servers(rows, BACKEND))
    names = await haproxy.names_by_address(reach, BACKEND, max(count, 1))
    return [
        haproxy.frontend_table(rows, [FRONTEND]),
        haproxy.server_table(rows, BACKEND, names),
    ]


PROBE = Probe(component="lb", read=read, inspect=inspect)
