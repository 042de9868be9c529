"""How a connection to a port of this machine is carried on: by one to the cluster's API, which
takes it to the pod; or, where a Service is exposed on the cluster's machines, straight to one of
those."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

_CHUNK = 64 * 1024
_PROTOCOL = "v4.channel.k8s.io"
_DATA = 0
"""The channel of a port's data; the next one says what went wrong."""
_HEAD = 3
"""The first message of each channel repeats the port."""
AT_ONCE = 16
"""So many connections of a port are opened at the API at once: on a busy machine, more only make
each other slow. Each port has its own, so one with load keeps no other waiting."""
_OPEN_S = 10.0
"""Until the API has opened one, in its turn."""


class Caller(asyncio.StreamReader):
    """What somebody sends, and whether they have left, though all of it is not read yet."""

    def __init__(self) -> None:
        super().__init__(_CHUNK, asyncio.get_running_loop())
        self._has_left = False
        self._patience: asyncio.Timeout | None = None

    @contextlib.asynccontextmanager
    async def there(self) -> AsyncIterator[None]:
        """While it is there. Raises ``TimeoutError`` when it leaves, also if it has before."""
        async with asyncio.timeout(0 if self._has_left else None) as self._patience:
            try:
                yield
            finally:
                self._patience = None

    def feed_eof(self) -> None:
        """It sends no more. Then it gets no more either: nobody here closes one way only."""
        super().feed_eof()
        self._leave()

    def set_exception(self, exc: Exception) -> None:
        """Its connection is broken."""
        super().set_exception(exc)
        self._leave()

    def _leave(self) -> None:
        self._has_left = True
        if self._patience is not None:
            self._patience.reschedule(0)
            self._patience = None


class Way(Protocol):
    """How a client's connection is carried."""

    async def carry(self, client: Caller, writer: asyncio.StreamWriter) -> None:
        """Until one of both ends has left. Raises whatever ends it."""


async def serve(way: Way, host: str, port: int) -> asyncio.Server:
    """Listen, and carry each connection. Raises ``OSError``."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, Caller)
        try:
            with contextlib.suppress(Exception):  # whatever ends one connection ends no other
                await way.carry(reader, writer)
        finally:
            writer.close()

    return await asyncio.get_running_loop().create_server(
        lambda: asyncio.StreamReaderProtocol(Caller(), take), host, port
    )


class Straight:
    """To ``host:port``; an address of IPv6 is in brackets."""

    def __init__(self, place: str) -> None:
        host, _, self._port = place.rpartition(":")
        self._host = host.strip("[]")

    async def carry(self, client: Caller, writer: asyncio.StreamWriter) -> None:
        """Bytes both ways."""
        source, sink = await asyncio.open_connection(self._host, int(self._port), limit=_CHUNK)
        try:
            await _first_of(_pump(client, sink), _pump(source, writer))
        finally:
            sink.close()


class ByApi:
    """To a port of a pod, by a connection to the cluster's API for each."""

    def __init__(self, api: Any, namespace: str, node: str, number: int) -> None:
        self._api = api
        self._path = f"/api/v1/namespaces/{namespace}/pods/{node}/portforward"
        self._number = number
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def carry(self, client: Caller, writer: asyncio.StreamWriter) -> None:
        """In its turn; who leaves before gives it up."""
        async with contextlib.AsyncExitStack() as until_done:
            async with client.there(), self._turns, asyncio.timeout(_OPEN_S):
                session = await until_done.enter_async_context(
                    self._api.websocket(
                        self._path,
                        subprotocols=[_PROTOCOL],
                        params={"ports": self._number},
                        keepalive_ping_interval_seconds=None,
                    )
                )
            await _first_of(_sent(client, session), _received(session, writer))


async def _sent(client: asyncio.StreamReader, session: Any) -> None:
    while chunk := await client.read(_CHUNK):
        await session.send_bytes(bytes([_DATA]) + chunk)


async def _received(session: Any, writer: asyncio.StreamWriter) -> None:
    heads = 0
    while True:
        message = await session.receive_bytes()
        if heads < 2 and len(message) == _HEAD:
            heads += 1
        elif message[0] != _DATA:
            return
        else:
            writer.write(message[1:])
            await writer.drain()


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()


async def _first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Until one of the ways has ended: then the other has nobody to talk to."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
