"""Several ways to the same thing, tried one after the other without waiting for the first to fail.

Source: RFC 8305 ("Happy Eyeballs"), section 5: the next address is tried after 250 ms.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

STAGGER_S = 0.25

T = TypeVar("T")


async def race(
    ways: Sequence[Callable[[], Coroutine[Any, Any, T]]],
    *,
    lose: Callable[[T], None],
    stagger_s: float = STAGGER_S,
) -> T:
    """What the first way that succeeds gives.

    The next is begun when one fails, or has not succeeded in ``stagger_s``. ``lose`` is told what
    another gave in the same moment. Raises the last one's ``OSError`` when none succeeds.
    """
    ahead = list(ways)
    running: list[asyncio.Task[T]] = []
    problem: OSError | None = None
    try:
        while ahead or running:
            if ahead:
                running.append(asyncio.ensure_future(ahead.pop(0)()))
            done, _ = await asyncio.wait(
                running,
                timeout=stagger_s if ahead else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in [task for task in running if task in done]:
                running.remove(task)
                error = task.exception()
                if error is None:
                    return task.result()
                if not isinstance(error, OSError):
                    raise error
                problem = error
    finally:
        for task in running:
            if task.done() and not task.cancelled() and task.exception() is None:
                lose(task.result())
            task.cancel()
    raise problem or OSError("there is no way")


def interleaved(addresses: Sequence[tuple[int, str]]) -> list[str]:
    """Addresses of a family each, in the order of RFC 8305, section 4: the families take turns."""
    families: dict[int, list[str]] = {}
    for family, address in dict.fromkeys(addresses):
        families.setdefault(family, []).append(address)
    queues = list(families.values())
    return [
        queue[turn] for turn in range(max(map(len, queues), default=0))
        for queue in queues if turn < len(queue)
    ]  # fmt: skip
