"""Clients that do ill to a server on purpose, many at a time, from one thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

_DRIP_S = 0.5

Ill = Callable[["Crowd"], Awaitable[str]]


@dataclass(frozen=True)
class Crowd:
    """Where they go, and with which key."""

    port: int
    key: str

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


async def _fed(crowd: Crowd, head: bytes, more: bytes, pause_s: float) -> str:
    """Send the head, then more and more; the status that came, or ``closed``."""
    async with crowd.connected() as (reader, writer):
        answer = asyncio.ensure_future(reader.readline())
        with contextlib.suppress(OSError):
            writer.write(head)
            while not answer.done():
                writer.write(more)
                await writer.drain()
                await asyncio.wait([answer], timeout=pause_s)
        try:
            line = await answer
        except OSError:
            return "closed"
        return line.split()[1].decode() if line else "closed"


async def dripping_head(crowd: Crowd) -> str:
    """A head of which a byte comes now and then."""
    return await _fed(crowd, b"GET /v1/orders HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a", _DRIP_S)


async def endless_head(crowd: Crowd) -> str:
    """A head that never ends, as fast as it is taken."""
    return await _fed(crowd, b"GET /v1/orders HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n" * 500, 0.01)


async def endless_body(crowd: Crowd) -> str:
    """A body that never ends and does not say how long it is."""
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-API-Key: {crowd.key}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    return await _fed(crowd, head.encode(), b"400\r\n" + b"a" * 1024 + b"\r\n", 0.01)


async def dripping_body(crowd: Crowd) -> str:
    """A body of which a byte comes now and then."""
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-API-Key: {crowd.key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n"
    )
    return await _fed(crowd, head.encode(), b"a", _DRIP_S)


async def idle_stream(crowd: Crowd) -> str:
    """A user's events, who has none; held until the crowd goes."""
    async with crowd.connected() as (reader, writer):
        ask = "GET /v1/users/idle/notifications HTTP/1.1\r\nHost: x\r\n"
        writer.write(f"{ask}X-API-Key: {crowd.key}\r\n\r\n".encode())
        line = await reader.readline()
        while await reader.read(4096):
            pass
        return line.split()[1].decode() if line else "closed"


@contextlib.contextmanager
def crowding(crowd: Crowd, each: dict[Ill, int]) -> Iterator[Counter[str]]:
    """So many of each at a time: who is done begins again. Counts their answers, as
    ``dripping_head 408``, and ``idle_stream now`` for those that were held at the end."""
    counted, over = Counter[str](), threading.Event()

    async def again(ill: Ill) -> None:
        name = getattr(ill, "__name__", "")
        while True:
            try:
                counted[f"{name} {await ill(crowd)}"] += 1
            except OSError:
                counted[f"{name} refused"] += 1
                await asyncio.sleep(_DRIP_S)
            except asyncio.CancelledError:
                counted[f"{name} now"] += 1
                raise

    async def go() -> None:
        tasks = [
            asyncio.ensure_future(again(ill)) for ill, count in each.items() for _ in range(count)
        ]
        while not over.is_set():
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=asyncio.run, args=[go()])
    thread.start()
    try:
        yield counted
    finally:
        over.set()
        thread.join()
