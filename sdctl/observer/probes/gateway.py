"""Gateway: open, and able to reach the load balancer."""

from __future__ import annotations

from sdctl.observer import haproxy
from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Reading, Table

FRONTEND, BACKEND = "entrance", "lb"


async def _rows(target: Target, reach: Reach) -> list[haproxy.Row]:
    return haproxy.parse(
        await reach.text(f"http://{target.name}:{target.ports['stats']}/stats;csv")
    )


def reading(name: str, rows: list[haproxy.Row]) -> Reading:
    """Pure: a reading from the statistics."""
    facts = haproxy.traffic(rows, FRONTEND, BACKEND)
    rejected = _rejected(rows)
    up = [each for each in haproxy.servers(rows, BACKEND) if each["status"].startswith("UP")]
    return Reading(
        name=name,
        health="ok" if up else "failing",
        reason="" if up else "the load balancer does not answer yet",
        facts={**facts, "rejected": rejected},
    )


def _rejected(rows: list[haproxy.Row]) -> int:
    """Refusals of the gateway's own: those of the service behind are the backend's, too."""
    front = haproxy.row(rows, FRONTEND, "FRONTEND")
    back = haproxy.row(rows, BACKEND, "BACKEND")
    return haproxy.number(front, "hrsp_4xx") - haproxy.number(back, "hrsp_4xx")


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """One HAProxy each."""

    async def one(target: Target) -> Reading:
        return reading(target.name, await _rows(target, reach))

    return await read_each(targets, one)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Routes, the server behind, and what was rejected."""
    rows = await _rows(targets[0], reach)
    front = haproxy.row(rows, FRONTEND, "FRONTEND")
    rejected = Table(
        title="rejected at the entrance (401, 404, 413, 429)",
        columns=("requests", "rejected", "client_aborts"),
        rows=(
            (
                haproxy.number(front, "req_tot"),
                _rejected(rows),
                haproxy.number(haproxy.row(rows, BACKEND, "BACKEND"), "cli_abrt"),
            ),
        ),
    )
    return [
        haproxy.frontend_table(rows, [FRONTEND]),
        haproxy.server_table(rows, BACKEND, {}),
        rejected,
    ]


PROBE = Probe(component="gateway", read=read, inspect=inspect)
