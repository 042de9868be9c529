"""The reference service's own answers, which app and worker share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sdctl.app.contract import READY, STATS
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, read_each
from sdctl.observer.node import Node
from sdctl.state.snapshot import Fact, Reading, Table

_FINE = ("ok", "none in this stack")
_LONGEST = 200
Stats = Mapping[str, Any]


async def stats(target: Node, connections: Connections) -> Stats:
    """``/stats`` of one node."""
    value: Stats = (await connections.get(target, "http", STATS)).json()
    return value


async def all_stats(targets: tuple[Node, ...], connections: Connections) -> dict[str, Stats]:
    """``/stats`` of every node that answers, by name."""
    answers, _ = await ask_each(targets, lambda target: stats(target, connections))
    return {target.name: answers[target.name] for target in targets if target.name in answers}


async def read(
    targets: tuple[Node, ...], connections: Connections, facts: Callable[[Stats], dict[str, Fact]]
) -> list[Reading]:
    """A reading per replica: ready, and every dependency ok."""

    async def read_node(target: Node) -> Reading:
        ready, numbers = await asyncio.gather(
            connections.get(target, "http", READY), stats(target, connections)
        )
        return reading(target.name, ready.json(503), facts(numbers))

    return await read_each(targets, read_node)


def reading(name: str, ready: Mapping[str, Any], facts: Mapping[str, Fact]) -> Reading:
    """Pure: the balancer uses a replica that is ready; it is ok when nothing is missing, too."""
    missing = [f"{k}: {v}" for k, v in ready["dependencies"].items() if v not in _FINE]
    reason = "; ".join(missing) or ("" if ready["ready"] else "not ready")
    return Reading(
        name=name,
        role="replica",
        health="failing" if reason else "ok",
        reason=reason[:_LONGEST],
        facts={**facts, "unready": not ready["ready"]},
    )


def pool_table(stats: Mapping[str, Stats]) -> Table:
    """Pure: a row for each connection pool of each replica."""
    return Table(
        title="pools",
        columns=("replica", "pool", "connected to", "connections", "idle"),
        rows=tuple(
            (name, pool, figures.get("node"), figures.get("size"), figures.get("idle"))
            for name, answer in stats.items()
            for pool, figures in answer["pools"].items()
        ),
    )


def faulted(stats: Stats, *kinds: str) -> float | None:
    """How much of a fault a replica does to itself now; None: none of these."""
    amounts = [fault["amount"] for kind, fault in stats["faults"].items() if kind in kinds]
    return max(amounts, default=None)


def ratio(hits: int, misses: int) -> float | None:
    """Hits of all, 0 … 1; None before the first."""
    return round(hits / (hits + misses), 4) if hits + misses else None
