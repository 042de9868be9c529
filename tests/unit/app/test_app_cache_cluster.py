"""The cluster client of redis-py, whose names for slots and nodes are used: they must stay."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from app_configs import SMALLEST

from sdctl.app.config import CACHE_PORT
from sdctl.app.logs import Log
from sdctl.app.stores import cache_cluster
from sdctl.app.stores.cache_cluster import CacheCluster
from tests.servers import own_address, speak_redis

ONE, OTHER = own_address(1), own_address(2)


@dataclass
class FakeRedis:
    """Two primaries. Every key is at the one that has the slots."""

    has_the_slots: str = ONE
    last_slot: int = 16383
    open: int = 0
    heard: list[bytes] = field(default_factory=list)

    def slots(self) -> bytes:
        host = self.has_the_slots
        return (
            f"*1\r\n*3\r\n:0\r\n:{self.last_slot}\r\n*3\r\n${len(host)}\r\n{host}\r\n"
            f":{CACHE_PORT}\r\n$40\r\n{'a' * 40}\r\n"
        ).encode()

    def reply(self, host: str, command: list[bytes]) -> bytes:
        name = command[0].upper()
        self.heard.append(name)
        if name == b"HELLO":
            return b"%1\r\n$5\r\nproto\r\n:3\r\n"
        if name == b"CLUSTER":
            return self.slots()
        if name == b"GET" and host != self.has_the_slots:
            return f"-MOVED 1 {self.has_the_slots}:{CACHE_PORT}\r\n".encode()
        return f"${len(host)}\r\n{host}\r\n".encode() if name == b"GET" else b"+OK\r\n"

    async def serve(self, host: str) -> asyncio.Server:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.open += 1
            with contextlib.suppress(ConnectionError):
                await speak_redis(reader, writer, lambda command: self.reply(host, command))
            writer.close()
            self.open -= 1

        return await asyncio.start_server(handle, host, CACHE_PORT)


@contextlib.asynccontextmanager
async def reached(redis: FakeRedis) -> Any:
    async with await redis.serve(ONE), await redis.serve(OTHER):
        cluster = CacheCluster(replace(SMALLEST, cache_hosts=(ONE, OTHER)), Log())
        try:
            await cluster.mend()
            yield cluster
        finally:
            await cluster.close()
            async with asyncio.timeout(5):
                while redis.open:
                    await asyncio.sleep(0.01)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(cache_cluster, "TOPOLOGY_PAUSE_S", 0.05)
    monkeypatch.setattr(cache_cluster, "OPERATION_TIMEOUT_S", 5)  # a busy machine is no dead node

    def run(scenario: Coroutine[Any, Any, None]) -> None:
        asyncio.run(scenario)

    return run


def test_a_key_must_be_asked_of_the_node_that_has_its_slot(run: Any) -> None:
    async def scenario() -> None:
        redis = FakeRedis()
        async with reached(redis) as cluster:
            assert cluster.summary() == "ok"
            assert await cluster.ask("k", "GET", "k") == ONE.encode()
            # nothing at each connect but the greeting
            assert set(redis.heard) == {b"HELLO", b"CLUSTER", b"GET"}

    run(scenario())


def test_slots_that_moved_must_be_followed_at_once_and_learned(run: Any) -> None:
    async def scenario() -> None:
        redis = FakeRedis()
        async with reached(redis) as cluster:
            await cluster.ask("k", "GET", "k")
            redis.has_the_slots = OTHER
            # nobody knows the other node yet: no answer, and the topology is read again
            await cluster.ask("k", "GET", "k")
            await cluster.mend()
            assert await cluster.ask("k", "GET", "k") == OTHER.encode()

    run(scenario())


def test_a_slot_that_nobody_has_yet_must_be_no_answer_and_learned(run: Any) -> None:
    """As while a cluster is being made: a node that joins late has its slots late."""

    async def scenario() -> None:
        redis = FakeRedis(last_slot=0)
        async with reached(redis) as cluster:
            assert await cluster.ask("k", "GET", "k") is cache_cluster.NO_ANSWER
            redis.last_slot = 16383
            await cluster.mend()
            assert await cluster.ask("k", "GET", "k") == ONE.encode()

    run(scenario())


def test_the_reply_parser_must_be_the_one_in_c() -> None:
    from redis.utils import HIREDIS_AVAILABLE

    assert HIREDIS_AVAILABLE
