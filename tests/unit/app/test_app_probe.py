"""What a database server says, or that it says nothing: servers on loopback."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from sdctl.app.stores import role_probe
from sdctl.app.stores.role_probe import NodeState, RoleProbe
from tests.servers import Serve, serving


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until the client gives up


async def _cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _settings(port: int) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "user": "u", "database": "d", "ssl": False}


def _asked(times: int, serve: Serve) -> list[tuple[NodeState | None, bool]]:
    """What a probe of such a server says each time, and whether it is unsure then."""

    async def ask() -> list[tuple[NodeState | None, bool]]:
        async with serving(serve) as port:
            asking = RoleProbe(_settings(port))
            return [(await asking.ask(), asking.unsure) for _ in range(times)]

    return asyncio.run(ask())


def test_one_missed_answer_must_leave_the_node_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role_probe, "PROBE_TIMEOUT_S", 0.6)
    assert _asked(2, _silent) == [(None, True), (NodeState(None, "no answer"), False)]


def test_a_node_that_breaks_the_connection_must_be_taken_for_nothing_at_once() -> None:
    [(state, unsure)] = _asked(1, _cut)
    assert state is not None
    assert state.role is None
    assert not unsure


def test_a_node_that_refuses_must_be_taken_for_nothing_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asking = RoleProbe(_settings(port))
    state = asyncio.run(asking.ask())
    assert state is not None
    assert (state.role, asking.unsure) == (None, False)
    assert state.error == "connection refused"
