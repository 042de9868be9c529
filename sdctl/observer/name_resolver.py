"""Names: node names to addresses, without ever piling up look-ups.

A running node's name is known at once. One that does not run is asked of the host's resolver, which
may take seconds, and a look-up cannot be cancelled. So each name is looked up at most once at a
time, in threads of its own; whoever gives up waiting leaves that look-up to the next who asks.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

_DOMAIN = os.environ.get("NODES_DOMAIN", "")
"""What follows a node's name, where the DNS that knows the nodes wants it whole."""
_THREADS = 32
_PATIENCE_S = 0.25
"""For a name that was not found the last time."""


def look_up(name: str) -> str:
    """The IPv4 address of a name. The dot keeps search domains of the host out of it."""
    found = socket.getaddrinfo(f"{name}{_DOMAIN}.", None, socket.AF_INET, socket.SOCK_STREAM)
    return str(found[0][4][0])


def limit_look_ups() -> None:
    """One second and one attempt for each from now on: a node that starts is not missed for long.
    The C library reads this at its first look-up."""
    os.environ["RES_OPTIONS"] = "timeout:1 attempts:1"


class NameResolver:
    """Looks names up."""

    def __init__(self, look_up: Callable[[str], str] = look_up) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")
        self._under_way: dict[str, asyncio.Future[str]] = {}
        self._missing: dict[str, socket.gaierror] = {}

    async def address(self, name: str) -> str:
        """The address now. Raises ``socket.gaierror`` for a name that nobody has."""
        future = self._under_way.get(name)
        if future is None:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(self._threads, self._look_up, name)
            self._under_way[name] = future
            future.add_done_callback(lambda done: self._ended(name, done))
        missing = self._missing.get(name)
        if missing is None:
            return await asyncio.shield(future)
        await asyncio.wait([future], timeout=_PATIENCE_S)
        if not future.done():
            raise socket.gaierror(*missing.args)
        return future.result()

    def _ended(self, name: str, done: asyncio.Future[str]) -> None:
        self._under_way.pop(name, None)
        self._missing.pop(name, None)
        # looked at even when nobody waits any more
        error = None if done.cancelled() else done.exception()
        if isinstance(error, socket.gaierror):
            self._missing[name] = error
