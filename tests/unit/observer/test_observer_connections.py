"""Reaching nodes: names, kept connections and both protocols, against servers on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable

import pytest

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.name_resolver import NameResolver
from sdctl.observer.node import Login, Node
from sdctl.observer.probes import default
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Reading
from tests.servers import Serve, serving

SECRETS = {"CACHE": "c", "QUEUE": "q"}
LOGINS = {
    "redis": Login(kind="password", variable="CACHE"),
    "management": Login(kind="password", variable="QUEUE"),
}


def loopback(name: str) -> str:
    if name.startswith("away"):
        raise socket.gaierror(-2, "Name or service not known")
    return "127.0.0.1"


def with_server(serve: Serve, use: Callable[[Connections, Node], Awaitable[object]]) -> object:
    async def main() -> object:
        async with serving(serve) as port:
            ports = {"http": port, "redis": port, "management": port}
            target = Node(name="node-1", component="x", tier="x", ports=ports, logins=LOGINS)
            connections = Connections(SECRETS, NameResolver(loopback))
            result = await use(connections, target)
            connections.close()
        return result

    return asyncio.run(main())


class Web:
    """Answers every request with the same bytes; counts connections, and ends them after so many
    requests."""

    def __init__(self, answer: bytes, requests: int = 1000, close: bool = False) -> None:
        self.answer, self.requests, self.close = answer, requests, close
        self.connections = 0
        self.seen: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self.requests):
            try:
                self.seen.append(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.IncompleteReadError:
                break
            writer.write(self.answer)
            if self.close:
                break
        writer.close()


SIZED = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"a": 1}\r\n0\r\n\r\n'
UNSIZED = b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}'


async def twice(connections: Connections, target: Node) -> list[object]:
    return [(await connections.get(target, "http", "/x")).json() for _ in range(2)]


@pytest.mark.parametrize("answer", [SIZED, CHUNKED])
def test_a_connection_must_be_kept(answer: bytes) -> None:
    web = Web(answer)
    assert with_server(web, twice) == [{"a": 1}, {"a": 1}]
    assert web.connections == 1
    assert web.seen[0].startswith(b"GET /x HTTP/1.1\r\nHost: node-1\r\n")


def test_an_answer_without_a_length_must_end_with_its_connection() -> None:
    web = Web(UNSIZED, close=True)
    assert with_server(web, twice) == [{"a": 1}, {"a": 1}]
    assert web.connections == 2


def test_a_kept_connection_that_broke_must_be_replaced_without_an_error() -> None:
    web = Web(SIZED, requests=1)
    assert with_server(web, twice) == [{"a": 1}, {"a": 1}]
    assert web.connections == 2


def test_an_answer_that_breaks_off_must_be_an_error() -> None:
    async def use(connections: Connections, target: Node) -> None:
        with pytest.raises(ConnectionError):
            await connections.get(target, "http", "/x")

    with_server(Web(SIZED[:-3], close=True), use)


def test_a_port_must_be_asked_with_its_own_login_and_no_other() -> None:
    async def use(connections: Connections, target: Node) -> None:
        for port in ("management", "http"):
            with pytest.raises(BadAnswer, match="HTTP 401"):
                (await connections.get(target, port, "/api/nodes")).json(503)

    web = Web(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")
    with_server(web, use)
    assert b"Authorization: Basic b2JzZXJ2ZXI6cQ==" in web.seen[0]
    assert b"Authorization" not in web.seen[1]


def test_redis_commands_must_be_one_round_trip_after_the_login() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(4096))
        writer.write(b"+OK\r\n")
        seen.append(await reader.read(4096))
        writer.write(b"$5\r\nhel")
        await writer.drain()
        writer.write(b"lo\r\n:7\r\n")
        writer.close()

    async def use(connections: Connections, target: Node) -> object:
        return await connections.redis(target, ("CLUSTER", "NODES"), ("DBSIZE",))

    assert with_server(serve, use) == ["hello", 7]
    assert b"AUTH" in seen[0]
    assert b"CLUSTER" in seen[1]
    assert b"DBSIZE" in seen[1]


def test_an_error_of_redis_must_be_a_bad_answer() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"-WRONGPASS invalid password\r\n")
        writer.close()

    async def use(connections: Connections, target: Node) -> None:
        with pytest.raises(BadAnswer, match="WRONGPASS"):
            await connections.redis(target, ("PING",))

    with_server(serve, use)


@pytest.mark.parametrize("way", ["http", "redis"])
def test_an_answer_in_no_known_language_must_be_the_nodes_fault(way: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(b"hello\r\n\r\n")
        writer.close()

    async def use(connections: Connections, target: Node) -> object:
        async def ask(target: Node) -> Reading:
            if way == "http":
                await connections.get(target, "http", "/x")
            await connections.redis(target, ("PING",))
            raise AssertionError

        return await read_each((target,), ask)

    [reading] = with_server(serve, use)  # type: ignore[misc]
    assert (reading.health, "cannot be read" in reading.reason) == ("failing", False), reading


def test_a_name_must_be_looked_up_once_at_a_time() -> None:
    asked: list[str] = []
    go = threading.Event()

    def slow(name: str) -> str:
        asked.append(name)
        go.wait(5)
        return "10.0.0.1"

    async def main() -> list[str]:
        names = NameResolver(slow)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(names.address("node-1"), 0.01)
        waiting = asyncio.gather(names.address("node-1"), names.address("node-1"))
        await asyncio.wait([waiting], timeout=0.01)
        go.set()
        return list(await waiting)

    assert asyncio.run(main()) == ["10.0.0.1", "10.0.0.1"]
    assert asked == ["node-1"]


def test_a_name_that_was_missing_must_not_be_waited_for_long() -> None:
    go = threading.Event()
    asked: list[str] = []

    def look_up(name: str) -> str:
        asked.append(name)
        if len(asked) == 1:
            raise socket.gaierror(-2, "Name or service not known")
        go.wait(5)
        return "10.0.0.1"

    async def main() -> None:
        names = NameResolver(look_up)
        for _ in range(2):  # at first it is missing; then the resolver is slow
            with pytest.raises(socket.gaierror, match="not known"):
                await names.address("node-1")
        go.set()
        assert await names.address("node-1") == "10.0.0.1"
        assert await names.address("node-1") == "10.0.0.1"
        assert len(asked) == 3

    asyncio.run(main())


def test_names_must_be_found_by_address_for_those_that_run() -> None:
    async def main() -> object:
        return await Connections(SECRETS, NameResolver(loopback)).names_by_address(
            ["node-1", "away-1"]
        )

    assert asyncio.run(main()) == {"127.0.0.1": "node-1"}


def test_one_silent_node_must_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sdctl.observer.every_node.DEADLINE_S", 0.02)

    async def read(target: Node) -> Reading:
        if target.name == "a-2":
            await asyncio.Event().wait()
        return Reading(name=target.name, health="ok")

    targets = tuple(Node(name=f"a-{n}", component="a", tier="a", ports={}) for n in (1, 2, 3))
    found = asyncio.run(read_each(targets, read))
    assert [(r.name, r.health) for r in found] == [
        ("a-1", "ok"), ("a-2", "unknown"), ("a-3", "ok"),
    ]  # fmt: skip


def test_a_component_without_a_probe_must_take_a_connection() -> None:
    async def use(connections: Connections, target: Node) -> list[Reading]:
        away = Node(name="away-1", component="x", tier="x", ports={"http": 1})
        bare = Node(name="node-2", component="x", tier="x", ports={})
        gone = Node(name="away-2", component="x", tier="x", ports={})
        return await default.read((target, away, bare, gone), connections)

    found = with_server(Web(SIZED), use)
    assert isinstance(found, list)
    assert [reading.health for reading in found] == ["ok", "failing", "ok", "failing"]
