"""App: ready, with its dependencies; requests, pools, cache."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.app.contract import SLOW_QUERIES
from sdctl.observer import service
from sdctl.observer.connections import Connections
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Fact, Reading, Table


def facts(stats: service.Stats) -> dict[str, Fact]:
    """Pure: what ``status`` shows of a replica."""
    pools, cache = stats["pools"], stats["cache"]
    return {
        "rps": stats["rps"],
        "in_flight": stats["in_flight"],
        "p99_seconds": stats["p99_s"],
        "cpu": stats["cpu"],
        "hit_ratio": service.ratio(cache["hits"], cache["misses"]),
        "cache_hits": cache["hits"],
        "cache_misses": cache["misses"],
        "pool_leader": pools.get("leader", {}).get("size"),
        "pool_follower": pools.get("follower", {}).get("size"),
        "queries_slowed_seconds": service.faulted(stats, SLOW_QUERIES),
    }


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each replica for itself."""
    return await service.read(targets, connections, facts)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Requests and cache per replica, and their connection pools."""
    return tables(await service.all_stats(targets, connections))


def tables(stats: Mapping[str, service.Stats]) -> list[Table]:
    """Pure: from ``/stats`` by replica."""
    requests = tuple(
        (
            name,
            answer["rps"],
            answer["in_flight"],
            answer["cache"]["hits"],
            answer["cache"]["misses"],
            answer["outbox"]["published"],
            answer["streams"],
        )
        for name, answer in stats.items()
    )
    columns = ("replica", "rps", "in flight", "cache hits", "misses", "published", "streams")
    return [
        Table(title="requests", columns=columns, rows=requests),
        service.pool_table(stats),
    ]


PROBE = Probe(component="app", read=read, inspect=inspect)
