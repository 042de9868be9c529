"""How the way in behaves while the cluster's API is slow. The API's stand-in is a real server of
WebSockets, which opens a connection when the test lets it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn

from sdctl.targets.kubernetes import forward_streams

_HEADS = (b"\x00\x50\x00", b"\x01\x50\x00")


class Api:
    """It says back what a pod is sent."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.asked = self.opening = self.most = self.ended = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.asked += 1
        self.opening += 1
        self.most = max(self.most, self.opening)
        await self.open.wait()
        self.opening -= 1
        await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
        for head in _HEADS:
            await send({"type": "websocket.send", "bytes": head})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "bytes": event["bytes"]})
        self.ended += 1


@asynccontextmanager
async def forwarded() -> AsyncIterator[tuple[Api, forward_streams.ByApi, int]]:
    """An API, a way to a pod's port by it, and the port that leads there."""
    api = Api()
    config = uvicorn.Config(
        api, ws="wsproto", lifespan="off", log_config=None, timeout_graceful_shutdown=0
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx2.AsyncClient(base_url=url, verify=False) as client:
            way = forward_streams.ByApi(client, "space", "app-1", 80)
            async with await forward_streams.serve(way, "127.0.0.1", 0) as port:
                yield api, way, port.sockets[0].getsockname()[1]
        server.should_exit = True
        await serving


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.005)


async def said_back(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(20):
        return await reader.readexactly(5)


def run(test: Callable[[Api, forward_streams.ByApi, int], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with forwarded() as made:
            await test(*made)

    asyncio.run(whole())


def test_only_some_must_be_opened_at_once_and_all_in_their_turn() -> None:
    async def test(api: Api, _: forward_streams.ByApi, port: int) -> None:
        clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
        for _, writer in clients:
            writer.write(b"hello")
        await until(lambda: api.opening == forward_streams.AT_ONCE)
        api.open.set()
        assert [await said_back(reader) for reader, _ in clients] == [b"hello"] * 40
        assert (api.asked, api.most) == (40, forward_streams.AT_ONCE)
        for _, writer in clients:
            writer.close()
        await until(lambda: api.ended == 40)

    run(test)


def test_who_left_before_its_turn_must_not_be_carried() -> None:
    """It has sent its question, too: what is unread must not make it a client that is there."""

    async def test(api: Api, way: forward_streams.ByApi, port: int) -> None:
        first = [
            await asyncio.open_connection("127.0.0.1", port) for _ in range(forward_streams.AT_ONCE)
        ]
        await until(lambda: api.opening == forward_streams.AT_ONCE)
        gone = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        for _, writer in gone:
            writer.write(b"hello")
            writer.close()
        for reader, _ in gone:
            assert await reader.read() == b"", "given up while the API is still slow"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        api.open.set()
        assert await said_back(reader) == b"hello"
        assert api.asked == forward_streams.AT_ONCE + 1
        for _, one in [*first, (reader, writer)]:
            one.close()
        await until(lambda: api.ended == api.asked)

    run(test)


def test_who_leaves_while_it_is_opened_must_make_room() -> None:
    async def test(api: Api, way: forward_streams.ByApi, port: int) -> None:
        first = [
            await asyncio.open_connection("127.0.0.1", port) for _ in range(forward_streams.AT_ONCE)
        ]
        await until(lambda: api.asked == forward_streams.AT_ONCE)
        later = await asyncio.open_connection("127.0.0.1", port)
        for _, writer in first:
            writer.close()
        await until(lambda: api.asked == forward_streams.AT_ONCE + 1)
        api.open.set()
        later[1].write(b"hello")
        assert await said_back(later[0]) == b"hello"
        later[1].close()

    run(test)


def test_an_api_that_opens_nothing_must_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward_streams, "_OPEN_S", 0.05)

    async def test(api: Api, way: forward_streams.ByApi, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()
        api.open.set()

    run(test)
