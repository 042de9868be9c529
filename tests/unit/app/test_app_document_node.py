"""A node of the document store is asked who it is when that may have changed, else seldom."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from app_configs import SMALLEST

from sdctl.app.config import DOCUMENTS_PORT, PATRONI_PORT
from sdctl.app.stores import document_node
from sdctl.app.stores.document_node import DocumentNode
from sdctl.app.stores.outcomes import UnreachableError
from tests.servers import own_address, speak_mongo

HOST = own_address(1)
INTERVAL_S = 0.03
WORD_S = 0.6
PATIENCE_S = 5.0

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeFerret:
    """FerretDB and its Patroni, as far as they say who they are."""

    role: str = "replica"
    greeted: int = 0
    asked: int = 0
    mute: bool = False
    deaf: bool = False
    settled: bool = True
    seen: list[str | None] = field(default_factory=list)
    open: int = 0

    def serve(self, handle: Handler) -> Handler:
        """Counts those that are being served, and hangs up on them afterwards."""

        async def handle_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.open += 1
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await handle(reader, writer)
            writer.close()
            self.open -= 1

        return handle_one

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def reply(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
            if self.deaf:
                return None
            self.greeted += "hello" in body
            return {"ok": 1.0, "isWritablePrimary": True}

        await speak_mongo(reader, writer, reply)

    async def tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        if self.mute:
            await reader.read(-1)  # until the caller gives up
            return
        status = 200 if self.role == "primary" else 503
        body = b'{"state": "running", "role": "%s", "timeline": 3}' % self.role.encode()
        writer.write(b"HTTP/1.0 %d x\r\n\r\n" % status + body)


@contextlib.asynccontextmanager
async def watched(ferret: FakeFerret) -> AsyncIterator[DocumentNode]:
    """A node on these servers, being watched."""
    config = replace(SMALLEST, documents_hosts=(HOST,), documents_server="ferretdb")
    async with (
        await asyncio.start_server(ferret.serve(ferret.greet), HOST, DOCUMENTS_PORT),
        await asyncio.start_server(ferret.serve(ferret.tell), HOST, PATRONI_PORT),
    ):
        node = DocumentNode(
            HOST, config, lambda node: ferret.seen.append(node.state.role), lambda: ferret.settled
        )
        watching = asyncio.create_task(node.watch())
        try:
            await until(lambda: bool(ferret.seen))
            yield node
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            node.close()
            await until(lambda: ferret.open == 0)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what a test expects."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[Coroutine[Any, Any, None]], None]:
    monkeypatch.setattr(document_node, "INTERVAL_S", INTERVAL_S)
    monkeypatch.setattr(document_node, "PROBE_INTERVAL_S", INTERVAL_S)
    monkeypatch.setattr(document_node, "WORD_S", WORD_S)
    return asyncio.run


Run = Callable[[Coroutine[Any, Any, None]], None]


def test_while_there_is_a_leader_patroni_must_be_asked_seldom(run: Run) -> None:
    async def scenario() -> None:
        ferret = FakeFerret()
        async with watched(ferret) as node:
            await until(lambda: ferret.asked == 3)
            assert ferret.greeted > 2 * ferret.asked
            ferret.role = "primary"
            await until(lambda: node.state.role == "leader")
            assert node.state.term == 3

    run(scenario())


def test_while_there_is_none_patroni_must_be_asked_each_time(run: Run) -> None:
    async def scenario() -> None:
        ferret = FakeFerret(settled=False)
        async with watched(ferret):
            await until(lambda: ferret.asked >= 10)
            assert ferret.greeted - ferret.asked <= 1

    run(scenario())


def test_who_met_an_error_must_have_patroni_asked_at_once(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(document_node, "WORD_S", 600.0)

    async def scenario() -> None:
        ferret = FakeFerret("primary")
        async with watched(ferret) as node:
            ferret.role = "replica"
            await until(lambda: ferret.greeted >= 5)
            assert node.state.role == "leader"
            node.kick()
            await until(lambda: node.state.role == "follower")
            ferret.role = "primary"
            node.distrust()
            assert node.state.role is None
            await until(lambda: node.state.role == "leader")

    run(scenario())


def test_a_patroni_that_says_nothing_must_not_be_believed_for_its_last_word(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    async def scenario() -> None:
        ferret = FakeFerret("primary")
        async with watched(ferret) as node:
            await until(lambda: node.state.role == "leader")
            monkeypatch.setattr(document_node, "PROBE_TIMEOUT_S", 0.1)
            ferret.mute = True
            await until(lambda: node.state.role is None)
            assert node.state.error == "no answer"

    run(scenario())


def test_a_node_that_takes_connections_and_says_nothing_must_be_lent_to_nobody(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(document_node, "PROBE_TIMEOUT_S", 0.2)

    async def scenario() -> None:
        ferret = FakeFerret("primary", deaf=True)
        async with watched(ferret) as node:
            await until(lambda: ferret.open > 0)
            with pytest.raises(UnreachableError):
                async with node.connection(asyncio.get_running_loop().time() + 60):
                    pass
            ferret.deaf = False
            await until(lambda: node.state.role == "leader")

    run(scenario())


def test_what_is_under_way_on_a_node_that_falls_silent_must_end_once_that_is_seen(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setattr(document_node, "PROBE_TIMEOUT_S", 0.2)

    async def scenario() -> None:
        ferret = FakeFerret("primary")
        async with watched(ferret) as node:
            await until(lambda: node.state.role == "leader")
            loop = asyncio.get_running_loop()
            ferret.deaf = True
            began = loop.time()
            with pytest.raises(TimeoutError):
                async with node.connection(began + 60) as server:
                    await server.command("sdctl", {"ping": 1})
            assert loop.time() - began < 5
            assert node.state.role is None
            with pytest.raises(UnreachableError):
                async with node.connection(loop.time() + 60):
                    pass
            ferret.deaf = False
            await until(lambda: node.state.role == "leader")

    run(scenario())
