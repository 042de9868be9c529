"""The reference service's own answers, which app and worker share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading

_FINE = ("ok", "none in this stack")
Stats = Mapping[str, Any]


async def stats(target: Target, reach: Reach) -> Stats:
    """``/stats`` of one node."""
    value: Stats = await reach.get(f"http://{target.name}:{target.ports['http']}/stats")
    return value


async def read(
    targets: tuple[Target, ...], reach: Reach, facts: Callable[[Stats], dict[str, Fact]]
) -> list[Reading]:
    """A reading per replica: ready, and every dependency ok."""

    async def one(target: Target) -> Reading:
        ready = await reach.get(f"http://{target.name}:{target.ports['http']}/readyz")
        return reading(target.name, ready, facts(await stats(target, reach)))

    return await read_each(targets, one)


def reading(name: str, ready: Mapping[str, Any], facts: Mapping[str, Fact]) -> Reading:
    """Pure: the balancer uses a replica that is ready; it is ok when nothing is missing, too."""
    missing = [f"{k}: {v}" for k, v in ready["dependencies"].items() if v not in _FINE]
    fine = ready["ready"] and not missing
    reason = "; ".join(missing) or ("" if ready["ready"] else "not ready")
    return Reading(
        name=name,
        role="replica",
        health="ok" if fine else "failing",
        reason=reason[:200],
        facts=facts,
    )


def pool_rows(name: str, stats: Stats) -> list[tuple[Fact, ...]]:
    """One row per connection pool of a replica."""
    return [
        (name, pool, each.get("node"), each.get("size"), each.get("idle"))
        for pool, each in stats["pools"].items()
    ]


POOL_COLUMNS = ("replica", "pool", "connected to", "connections", "idle")


def ratio(hits: int, misses: int) -> float | None:
    """Hits of all, 0 … 1; None before the first."""
    return round(hits / (hits + misses), 4) if hits + misses else None
