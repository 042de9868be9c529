"""What becomes of a connection whose server ended its session: a server on loopback."""

from __future__ import annotations

import asyncio

import pytest
from app_configs import SMALLEST

from sdctl.app.stores import database_node
from sdctl.app.stores.database_node import DatabaseNode
from sdctl.app.stores.outcomes import is_connection_failure
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
