"""The cache must never be the reason why something fails."""

import asyncio
import time
from dataclasses import replace

import pytest
from app_configs import SMALLEST
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MaxConnectionsError, OutOfMemoryError

from sdctl.app.logs import Log
from sdctl.app.stores.cache import Cache, is_tombstone
from sdctl.app.stores.cache_cluster import MAX_CONNECTIONS


class FakeNode:
    name = "10.0.0.1:6379"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.commands: list[tuple[object, ...]] = []
        self.hung_up = 0

    async def disconnect(self) -> None:
        self.hung_up += 1

    async def execute_command(self, *command: object) -> object:
        self.commands.append(command)
        if self.error is not None and command[0] != "DEL":
            raise self.error
        return True if command[0] == "SET" else None


class FakeClient:
    def __init__(self, node: FakeNode) -> None:
        self.node = node

    def get_node_from_key(self, key: str) -> FakeNode:
        return self.node

    def get_node(self, *, node_name: str) -> FakeNode | None:
        return self.node if node_name == self.node.name else None


def cache_on(node: FakeNode | None, hosts: tuple[str, ...] = ("redis-1",)) -> Cache:
    config = replace(SMALLEST, cache_hosts=hosts)
    cache = Cache(config, Log())
    cache.cluster._client = FakeClient(node) if node else None
    cache.cluster._stale.clear()
    return cache


def test_a_stack_without_a_cache_must_do_nothing() -> None:
    cache = cache_on(None, hosts=())
    asyncio.run(cache.invalidate("k"))
    assert not cache.present
    assert cache.summary() == "none in this stack"


def test_a_dead_node_must_be_a_miss_and_be_left_alone_after_a_while() -> None:
    node = FakeNode(RedisConnectionError("gone"))
    cache = cache_on(node)

    async def run() -> None:
        for _ in range(20):
            assert await cache.get("k") is None

    asyncio.run(run())
    assert len(node.commands) == 3
    assert cache.cluster._stale.is_set()
    assert cache.summary() == "failing: 10.0.0.1:6379 (gone)"


def test_an_invalidation_that_failed_must_be_done_when_the_node_is_back() -> None:
    node = FakeNode()
    cache = cache_on(None)
    asyncio.run(cache.invalidate("k"))
    cache.cluster._client = FakeClient(node)
    asyncio.run(cache._flush_pending())
    assert node.commands[0][:2] == ("SET", "k")
    assert is_tombstone(node.commands[0][2])
    assert not cache._pending


def test_a_full_cache_must_at_least_forget_the_old_value() -> None:
    node = FakeNode(OutOfMemoryError("command not allowed"))
    cache = cache_on(node)
    asyncio.run(cache.invalidate("k"))
    assert node.commands[-1] == ("DEL", "k")
    assert not cache._pending
    assert not cache.cluster._stale.is_set()


def test_a_tombstone_that_did_not_arrive_must_be_sent_again_when_the_node_answers() -> None:
    """Without it a reader may fill in what a follower has that is behind."""

    node = FakeNode(RedisConnectionError("broke off"))
    cache = cache_on(node)
    asyncio.run(cache.invalidate("k"))
    node.error = None
    asyncio.run(cache._flush_pending())
    assert is_tombstone(node.commands[-1][2])
    assert not cache._pending


def test_a_node_that_stays_away_must_not_hold_up_the_tombstones_of_another() -> None:
    away, there = FakeNode(RedisConnectionError("gone")), FakeNode()
    there.name = "10.0.0.2:6379"
    cache = cache_on(None)
    for key in ("away", "there"):
        asyncio.run(cache.invalidate(key))

    class TwoNodes(FakeClient):
        def get_node_from_key(self, key: str) -> FakeNode:
            return away if key == "away" else there

    cache.cluster._client = TwoNodes(away)
    asyncio.run(cache._flush_pending())
    assert is_tombstone(there.commands[0][2])
    assert list(cache._pending) == ["away"]


def test_a_fill_must_never_replace_what_is_there() -> None:
    node = FakeNode()
    assert asyncio.run(cache_on(node).fill("k", b"v"))
    assert "NX" in node.commands[0]


def test_a_dead_nodes_connections_must_be_closed_once() -> None:
    node = FakeNode(TimeoutError())
    cache = cache_on(node)

    async def ask() -> None:
        for _ in range(5):
            await cache.get("k")
            await cache.cluster._hang_up()

    asyncio.run(ask())
    assert node.hung_up == 1


def test_a_pool_without_a_free_connection_must_be_renewed_once_nobody_else_can_have_them() -> None:
    node = FakeNode(MaxConnectionsError())
    cache = cache_on(node)
    asyncio.run(cache.get("k"))
    assert not cache.cluster._stale.is_set(), "other requests have them"
    node.error = TimeoutError()
    for _ in range(3):
        asyncio.run(cache.get("k"))
    cache.cluster._stale.clear()
    cache.cluster._breakers[node.name]._next_try = 0.0
    node.error = MaxConnectionsError()
    asyncio.run(cache.get("k"))
    assert cache.cluster._exhausted
    assert cache.cluster._stale.is_set()


def test_more_requests_than_connections_must_wait_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given up at once, each would go to the database for what the cache has."""
    monkeypatch.setattr("sdctl.app.stores.cache_cluster.OPERATION_TIMEOUT_S", 20)

    class SlowNode(FakeNode):
        busy = most = 0

        async def execute_command(self, *command: object) -> object:
            self.busy += 1
            self.most = max(self.most, self.busy)
            await asyncio.sleep(0.005)
            self.busy -= 1
            return b"value"

    node = SlowNode()
    cache = cache_on(node)

    async def ask() -> list[bytes | None]:
        return await asyncio.gather(*(cache.get("k") for _ in range(5 * MAX_CONNECTIONS)))

    assert asyncio.run(ask()) == [b"value"] * 5 * MAX_CONNECTIONS
    assert node.most == MAX_CONNECTIONS


def test_waiting_for_a_connection_must_end_and_blame_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sdctl.app.stores.cache_cluster.OPERATION_TIMEOUT_S", 0.02)
    # that this process may stand still itself is another test's
    monkeypatch.setattr("sdctl.app.stores.cache_cluster.OWN_LATENESS_S", 60)
    monkeypatch.setattr("sdctl.app.stores.cache_cluster.MAX_CONNECTIONS", 1)

    class HungNode(FakeNode):
        async def execute_command(self, *command: object) -> object:
            return await super().execute_command(*command) or await asyncio.Event().wait()

    node = HungNode()
    cache = cache_on(node)

    async def ask() -> None:
        asked = asyncio.gather(*(cache.get("k") for _ in range(10)))
        loop = asyncio.get_running_loop()
        with monkeypatch.context() as clock:  # one deadline for all, however slowly they begin
            now = loop.time()
            clock.setattr(loop, "time", lambda: now)
            await asyncio.sleep(0)
        assert await asked == [None] * 10

    asyncio.run(ask())
    assert len(node.commands) == 1
    assert cache.cluster._breakers[node.name]._failed == 1


def test_answers_given_up_late_because_this_process_stood_still_must_blame_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sdctl.app.stores.cache_cluster.OPERATION_TIMEOUT_S", 0.02)

    class SlowNode(FakeNode):
        async def execute_command(self, *command: object) -> object:
            await super().execute_command(*command)
            return await asyncio.Event().wait()

    def failures(own_lateness_s: float) -> int:
        monkeypatch.setattr("sdctl.app.stores.cache_cluster.OWN_LATENESS_S", own_lateness_s)
        node = SlowNode()
        cache = cache_on(node)

        async def ask() -> None:
            asked = asyncio.gather(*(cache.get("k") for _ in range(5)))
            # not asyncio's: the whole process stands still, with all of them under way
            asyncio.get_running_loop().call_later(0.01, time.sleep, 0.2)
            assert await asked == [None] * 5

        asyncio.run(ask())
        return cache.cluster._breakers[node.name]._failed

    assert failures(own_lateness_s=60) == 5
    assert failures(own_lateness_s=0.1) == 0


def test_a_connection_that_is_just_being_closed_must_be_a_miss_and_blame_nobody() -> None:
    """What uvloop raises where redis-py still takes the connection for an open one."""
    node = FakeNode(RuntimeError("unable to perform operation on <T>; the handler is closed"))
    cache = cache_on(node)
    assert asyncio.run(cache.get("k")) is None
    assert cache.summary() == "ok"
    assert cache.cluster._breakers[node.name]._failed == 0


def test_a_node_that_is_back_must_be_noticed_without_a_request() -> None:
    node = FakeNode(TimeoutError())
    cache = cache_on(node)
    for _ in range(3):
        asyncio.run(cache.get("k"))
    assert cache.summary().startswith("failing")
    for error in (TimeoutError(), None):
        node.error = error
        cache.cluster._breakers[node.name]._next_try = 0.0
        asyncio.run(cache.cluster._try_the_failing())
    assert cache.summary() == "ok"
    assert node.commands[-1] == ("PING",)


def test_a_node_that_still_fails_must_have_the_topology_read_again() -> None:
    """It may be back under another address, while nobody sends a request that would show it."""
    node = FakeNode(RedisConnectionError("refused"))
    cache = cache_on(node)
    for _ in range(3):
        asyncio.run(cache.get("k"))
    cache.cluster._stale.clear()  # as when it was read before the node was back
    cache.cluster._breakers[node.name]._next_try = 0.0
    asyncio.run(cache.cluster._try_the_failing())
    assert cache.cluster._stale.is_set()
