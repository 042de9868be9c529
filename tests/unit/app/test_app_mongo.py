"""What a document store's server makes of a command: done, refused, not sent, or nobody knows."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from sdctl.app.stores import mongo
from sdctl.app.stores.mongo import MongoServer, NotSentError, ServerError
from tests.servers import Reply, serving, speak_mongo


@contextlib.asynccontextmanager
async def asked(reply: Reply) -> AsyncIterator[MongoServer]:
    """A server that answers so."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await speak_mongo(reader, writer, reply)

    async with serving(serve) as port:
        server = await MongoServer.connect("127.0.0.1", port, "", "")
        try:
            yield server
        finally:
            server.close()


def test_a_reply_must_be_plain_values_as_they_were_stored() -> None:
    reference = {"$ref": "a", "$id": 1}

    async def scenario() -> None:
        async with asked(lambda body: {"ok": 1.0, "cursor": [{"a": reference}]}) as server:
            reply = await server.command("sdctl", {"find": "events"})
            assert reply["cursor"] == [{"a": reference}]

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [11000, 10107, 91, 189])
def test_a_refusal_must_keep_its_number(code: int) -> None:
    async def scenario() -> None:
        refusal = {"ok": 0.0, "code": code, "errmsg": "no", "errorLabels": ["x"]}
        async with asked(lambda body: refusal) as server:
            with pytest.raises(ServerError, match="no") as refused:
                await server.command("sdctl", {"insert": "events"})
            assert (refused.value.code, refused.value.labels) == (code, ("x",))

    asyncio.run(scenario())


def test_a_connection_that_breaks_after_a_command_must_not_pass_for_not_sent() -> None:
    def hang_up(body: Mapping[str, Any]) -> None:
        raise ConnectionResetError

    async def scenario() -> None:
        async with asked(hang_up) as server:
            with pytest.raises(ConnectionResetError):
                await server.command("sdctl", {"insert": "events"})

    asyncio.run(scenario())


def test_a_connection_that_is_reset_must_be_told_in_the_systems_words_alone() -> None:
    def reset(body: Mapping[str, Any]) -> None:
        raise ConnectionResetError

    async def scenario() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await speak_mongo(reader, writer, reset)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        async with serving(serve) as port:
            server = await MongoServer.connect("127.0.0.1", port, "", "")
            try:
                with pytest.raises(ConnectionResetError, match=r"^connection reset by peer$"):
                    await server.command("sdctl", {"insert": "events"})
            finally:
                server.close()

    asyncio.run(scenario())


def test_a_command_that_meets_no_connection_must_be_not_sent() -> None:
    async def scenario() -> None:
        async with asked(lambda body: {"ok": 1.0}) as server:
            await server.command("sdctl", {"ping": 1})
            server.close()
            assert not server.usable
            with pytest.raises(NotSentError):
                await server.command("sdctl", {"insert": "events"})

    asyncio.run(scenario())


def test_where_nobody_listens_the_systems_own_error_must_come_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mongo, "PATIENCE_S", 60.0)

    async def scenario() -> None:
        async with asyncio.timeout(15):
            with pytest.raises(ConnectionRefusedError):
                await MongoServer.connect("127.0.0.1", 1, "app", "x")

    asyncio.run(scenario())


def test_a_deadline_must_end_a_command_and_leave_the_server_usable() -> None:
    silent = True

    async def scenario() -> None:
        nonlocal silent
        async with asked(lambda body: None if silent else {"ok": 1.0}) as server:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await server.command("sdctl", {"ping": 1})
            silent = False
            assert (await server.command("sdctl", {"ping": 2}))["ok"] == 1.0

    asyncio.run(scenario())
