"""For probes that ask each node for itself: one that fails does not spoil the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from sdctl.observer.failures import DEADLINE_S, failed
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading

T = TypeVar("T")


async def ask_each(
    targets: tuple[Node, ...], ask: Callable[[Node], Awaitable[T]]
) -> tuple[dict[str, T], dict[str, Reading]]:
    """What each node answered within the deadline, by name; and the readings of the others."""
    answers: dict[str, T] = {}
    failures: dict[str, Reading] = {}

    async def ask_node(target: Node) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                answers[target.name] = await ask(target)
        except Exception as error:
            failures[target.name] = failed(target, error)

    await asyncio.gather(*(ask_node(target) for target in targets))
    return answers, failures


async def read_each(
    targets: tuple[Node, ...], read: Callable[[Node], Awaitable[Reading]]
) -> list[Reading]:
    """A reading per node; an error or silence becomes a reading too."""
    readings, failures = await ask_each(targets, read)
    return in_order(targets, {**readings, **failures})


def in_order(targets: tuple[Node, ...], readings: Mapping[str, Reading]) -> list[Reading]:
    """The readings in the order of the nodes."""
    return [readings[target.name] for target in targets]
