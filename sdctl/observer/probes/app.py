"""App: ready, with its dependencies; requests, pools, cache."""

from __future__ import annotations

import asyncio

from sdctl.observer import service
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading, Table


def facts(stats: service.Stats) -> dict[str, Fact]:
    """Pure: what `status` shows of a replica."""
    pools, cache = stats["pools"], stats["cache"]
    return {
        "rps": round(stats["rps"], 1),
        "in_flight": stats["in_flight"],
        "hit_ratio": service.ratio(cache["hits"], cache["misses"]),
        "pool_leader": pools.get("leader", {}).get("size"),
        "pool_follower": pools.get("follower", {}).get("size"),
    }


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each replica."""
    return await service.read(targets, reach, facts)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Requests and cache per replica, and their connection pools."""
    answers = await asyncio.gather(
        *(service.stats(target, reach) for target in targets), return_exceptions=True
    )
    stats = [(t.name, a) for t, a in zip(targets, answers, strict=True) if isinstance(a, dict)]
    requests = Table(
        title="requests",
        columns=("replica", "rps", "in flight", "cache hits", "misses", "published", "streams"),
        rows=tuple(
            (
                name,
                round(each["rps"], 1),
                each["in_flight"],
                each["cache"]["hits"],
                each["cache"]["misses"],
                each["outbox"]["published"],
                each["streams"],
            )
            for name, each in stats
        ),
    )
    pools = tuple(row for name, each in stats for row in service.pool_rows(name, each))
    return [requests, Table(title="pools", columns=service.POOL_COLUMNS, rows=pools)]


PROBE = Probe(component="app", read=read, inspect=inspect)
