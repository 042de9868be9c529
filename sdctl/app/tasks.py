"""Tasks: what runs in the background of a process, for as long as the process does."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from redis.exceptions import RedisError

from sdctl.app.logs import Log, reason

RESTART_S = 1.0


def is_cancelled() -> bool:
    """Whether the running task was asked to end.

    A CancelledError alone does not say so: aiormq raises it in whoever waits for an answer
    on a connection that it closes.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


@contextlib.asynccontextmanager
async def running(
    tasks: dict[str, Callable[[], Coroutine[Any, Any, None]]], log: Log
) -> AsyncIterator[None]:
    """Run background tasks for as long as the context lasts; one that breaks is run again."""
    asyncio.get_running_loop().set_exception_handler(_stray_error(log))
    running_tasks = [
        asyncio.create_task(_forever(name, task, log), name=name) for name, task in tasks.items()
    ]
    # What is there now stays; the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        for task in running_tasks:
            task.cancel()
        await asyncio.wait(running_tasks, timeout=2.0)


def _stray_error(log: Log) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """What to do with errors nobody waits for any more."""

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        exc = context.get("exception")
        # Ends of attempts that were given up on: looking up a stopped node, closing a dead link.
        if not isinstance(exc, (OSError, RedisError)):
            log.error("stray error", exc=exc, why=str(context.get("message")))

    return handle


async def _forever(name: str, task: Callable[[], Coroutine[Any, Any, None]], log: Log) -> None:
    while True:
        try:
            await task()
            return
        except (Exception, asyncio.CancelledError) as exc:
            if is_cancelled():
                raise
            log.error(f"task {name} broke, and is started again", exc=exc, why=reason(exc))
        await asyncio.sleep(RESTART_S)
