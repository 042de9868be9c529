"""What becomes of a connection whose server ended its session: a server on loopback."""

from __future__ import annotations

import asyncio

import pytest
from app_configs import SMALLEST

from sdctl.app.logs import Log
from sdctl.app.stores import database_node
from sdctl.app.stores.database import Database
from sdctl.app.stores.database_node import DatabaseNode
from sdctl.app.stores.outcomes import (
    TOO_LATE,
    LeaderAwayError,
    NoReadableNodeError,
    is_connection_failure,
)
from sdctl.app.stores.role_probe import NodeState
from sdctl.app.stores.sql_connection import SqlConnection
from tests.servers import serving


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


_READY = (
    _message(b"R", bytes(4))
    + _message(b"S", b"server_version\x0017.0\0")
    + _message(b"K", bytes(8))
    + _message(b"Z", b"I")
)
_FATAL = _message(b"E", b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0")


async def _ends_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Lets a client in, ends the session while it is idle, and leaves the connection open."""
    await reader.read(1)
    writer.write(_READY + _FATAL)
    await reader.read()  # until the client ends it


def test_an_idle_session_that_its_server_ended_is_a_lost_connection_and_never_lent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lend() -> list[BaseException]:
        async with serving(_ends_at_once) as port:
            monkeypatch.setattr(database_node, "DATABASE_PORT", port)
            node = DatabaseNode("127.0.0.1", SMALLEST, lambda _node: None)
            met: list[BaseException] = []
            for _ in range(2):
                try:
                    async with node.connection(asyncio.get_running_loop().time() + 5) as lent:
                        await lent.fetchrow("SELECT 1")
                except Exception as error:
                    met.append(error)
                assert node.usage() == (0, 0)
            node.close()
            return met

    met = asyncio.run(lend())
    assert [str(error) for error in met] == ["the server ended the session"] * 2
    assert all(is_connection_failure(error) for error in met)


def test_a_request_that_comes_too_late_to_ask_a_node_must_say_so_and_not_that_all_is_well() -> None:
    async def never(_: SqlConnection) -> None:
        raise AssertionError

    async def ask() -> None:
        database = Database(SMALLEST, Log())
        for node in database._nodes:
            node.state = NodeState("leader", has_schema=True)
            database._node_changed(node)
        assert database.summary() == "ok"
        over = asyncio.get_running_loop().time() - 1
        with pytest.raises(NoReadableNodeError, match=f"^{TOO_LATE}$"):
            await database.read(never, over)
        with pytest.raises(LeaderAwayError, match=f"^{TOO_LATE}$"):
            await database.write(never, over)

    asyncio.run(ask())
