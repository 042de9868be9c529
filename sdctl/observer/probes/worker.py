"""Worker: ready, with its dependencies; what became of its messages."""

from __future__ import annotations

import asyncio

from sdctl.observer import service
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading, Table

_OUTCOMES = ("processed", "failed", "retried", "dead")


def facts(stats: service.Stats) -> dict[str, Fact]:
    """Pure: what `status` shows of a worker."""
    fault = stats["fault"]
    return {
        "rps": round(stats["rps"], 1),
        "in_flight": stats["in_flight"],
        **{name: stats[name] for name in _OUTCOMES},
        "fault_rate": fault["rate"] if fault else None,
    }


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each worker."""
    return await service.read(targets, reach, facts)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Messages per worker, and their connection pools."""
    answers = await asyncio.gather(
        *(service.stats(target, reach) for target in targets), return_exceptions=True
    )
    stats = [(t.name, a) for t, a in zip(targets, answers, strict=True) if isinstance(a, dict)]
    messages = Table(
        title="messages",
        columns=("worker", "rps", "in flight", *_OUTCOMES),
        rows=tuple(
            (name, round(each["rps"], 1), each["in_flight"], *(each[o] for o in _OUTCOMES))
            for name, each in stats
        ),
    )
    pools = tuple(row for name, each in stats for row in service.pool_rows(name, each))
    return [messages, Table(title="pools", columns=service.POOL_COLUMNS, rows=pools)]


PROBE = Probe(component="worker", read=read, inspect=inspect)
