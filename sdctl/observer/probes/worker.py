"""Worker: ready, with its dependencies; what became of its messages."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.app.contract import (
    FAIL_MESSAGES,
    FAIL_MESSAGES_FOR_GOOD,
    SLOW_CONSUMER,
    SLOW_QUERIES,
)
from sdctl.observer import service
from sdctl.observer.connections import Connections
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Fact, Reading, Table

_OUTCOMES = ("processed", "failed", "retried", "dead")


def facts(stats: service.Stats) -> dict[str, Fact]:
    """Pure: what ``status`` shows of a worker."""
    return {
        "rps": stats["rps"],
        "in_flight": stats["in_flight"],
        "cpu": stats["cpu"],
        **{name: stats[name] for name in _OUTCOMES},
        "fault_rate": service.faulted(stats, FAIL_MESSAGES, FAIL_MESSAGES_FOR_GOOD),
        "slowed_seconds": service.faulted(stats, SLOW_CONSUMER),
        "queries_slowed_seconds": service.faulted(stats, SLOW_QUERIES),
    }


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each worker for itself."""
    return await service.read(targets, connections, facts)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Messages per worker, and their connection pools."""
    return tables(await service.all_stats(targets, connections))


def tables(stats: Mapping[str, service.Stats]) -> list[Table]:
    """Pure: from ``/stats`` by worker."""
    messages = tuple(
        (name, answer["rps"], answer["in_flight"], *(answer[outcome] for outcome in _OUTCOMES))
        for name, answer in stats.items()
    )
    return [
        Table(title="messages", columns=("worker", "rps", "in flight", *_OUTCOMES), rows=messages),
        service.pool_table(stats),
    ]


PROBE = Probe(component="worker", read=read, inspect=inspect)
