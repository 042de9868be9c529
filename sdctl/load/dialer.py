"""Opens connections to one host, whichever of its addresses answers."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from functools import partial

from sdctl.judge.outcome import Error
from sdctl.load.connection import Connection
from sdctl.load.happy_eyeballs import interleaved, race

_DNS_RETRY_S = 1.0
_SCARCE = {
    errno.EMFILE: "files",
    errno.ENFILE: "files",
    errno.EADDRNOTAVAIL: "ports",
    errno.ENOBUFS: "memory",
    errno.ENOMEM: "memory",
}


class Dialer:
    """``dial()`` gives an open connection, made by ``make``."""

    def __init__(self, host: str, port: int, make: Callable[[], Connection]) -> None:
        self._host = host
        self._port = port
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._addresses: list[str] = []
        self._lookup: asyncio.Task[list[str]] | None = None
        self._looked_up_at = 0.0

    async def dial(self) -> Connection:
        """Open a connection. It is used only when this returns: one whose attempt is cancelled just
        as it was made is closed by the event loop, which tells nobody."""
        addresses = await self._resolve()
        if len(addresses) == 1:
            connection = await self._open(addresses[0])
        else:
            ways = [partial(self._open, address) for address in addresses]
            connection = await race(ways, lose=Connection.drop)
        if connection.closed:
            # between its being made and now the event loop had a turn
            raise ConnectionResetError(errno.ECONNRESET, "closed as soon as it was open")
        return connection

    async def _open(self, address: str) -> Connection:
        _, connection = await self._loop.create_connection(self._make, address, self._port)
        if address != self._addresses[0]:
            # the one that worked last is tried first
            self._addresses.remove(address)
            self._addresses.insert(0, address)
        return connection

    async def _resolve(self) -> list[str]:
        """The host's addresses. One look-up serves all who wait."""
        if not self._addresses:
            if self._lookup is None or (
                self._lookup.done() and time.monotonic() - self._looked_up_at > _DNS_RETRY_S
            ):
                self._looked_up_at = time.monotonic()
                self._lookup = self._loop.create_task(self._look_up())
            self._addresses = list(await asyncio.shield(self._lookup))
        return list(self._addresses)

    async def _look_up(self) -> list[str]:
        try:
            found = await self._loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise socket.gaierror(socket.EAI_NONAME, str(error)) from error
        return interleaved([(entry[0], str(entry[4][0])) for entry in found])


def named(problem: OSError) -> tuple[Error, str | None]:
    """Why a connection could not be opened, and what this machine lacked if it was that."""
    if isinstance(problem, socket.gaierror):
        return "dns", None
    if isinstance(problem, (ConnectionRefusedError, ConnectionResetError)):
        return "refused", None
    scarce = _SCARCE.get(problem.errno or 0)
    return ("unreachable", None) if scarce is None else ("local", scarce)
