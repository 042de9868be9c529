"""Servers on loopback for tests of what talks to them."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import bson
import hiredis


def own_address(number: int) -> str:
    """An address of loopback that no other process of tests has: where the port is one that the
    tested code knows, two that run at once would want the same. ``number``: 1 or 2."""
    pid = os.getpid()
    return f"127.{64 * number + (pid >> 16)}.{pid >> 8 & 255}.{pid & 255}"


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """The port of a server that does ``serve`` for each connection. Ends when all have ended."""
    handled: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handled.append(task)
        await serve(reader, writer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*handled)


Reply = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
_GREETING = {
    "ok": 1.0, "helloOk": True, "isWritablePrimary": True, "minWireVersion": 0,
    "maxWireVersion": 21, "maxBsonObjectSize": 1 << 24, "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
}  # fmt: skip


async def speak_mongo(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply
) -> None:
    """MongoDB's protocol, as far as a driver must hear it. What the driver says of itself is
    answered here, every other command by ``reply``; None: never."""
    while True:
        length, request, _, kind = struct.unpack("<iiii", await reader.readexactly(16))
        raw = await reader.readexactly(length - 16)
        if kind == 2004:  # OP_QUERY, by which a driver introduces itself
            answer, head = bson.encode(_GREETING), struct.pack("<iqii", 8, 0, 0, 1)
            kind = 1
        else:
            body = bson.decode(raw[5:])
            said = _GREETING if "client" in body else reply(body)
            if said is None:
                continue
            if "hello" in body:
                said = {**_GREETING, **said}
            answer, head = bson.encode(said), struct.pack("<IB", 0, 0)
        message = head + answer
        writer.write(struct.pack("<iiii", 16 + len(message), 0, request, kind) + message)


async def speak_redis(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    reply: Callable[[list[bytes]], bytes],
) -> None:
    """Redis' protocol: ``reply`` has the bytes for each command; empty bytes: never."""
    parser = hiredis.Reader()
    while data := await reader.read(1 << 16):
        parser.feed(data)
        while (command := parser.gets()) is not False:
            writer.write(reply(command))
