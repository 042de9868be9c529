"""Cache: Redis Cluster as a helper that may be absent. A failure is a miss, never an error.

The cluster client of redis-py finds slots and speaks the protocol; what happens on an
error is decided here, because that client re-reads the topology inside the request that
met the error and closes every other request's connection while it does. Here a failed
request ends at once as a miss, and the topology is read again in the background.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MaxConnectionsError,
    MovedError,
    ReadOnlyError,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from sdctl.app.breaker import Breaker
from sdctl.app.config import CACHE_PORT, Config
from sdctl.app.logs import Log, reason

# Long beside what Redis takes: a machine short of CPU must not look like a dead node, for each
# answer given up costs its connection, and opening others costs more CPU.
OPERATION_TIMEOUT_S = 0.5
CONNECT_TIMEOUT_S = 0.5
TOPOLOGY_TIMEOUT_S = 4.0
TOPOLOGY_PAUSE_S = 1.0
MAX_CONNECTIONS = 32

# Stands for a value that was just changed: followers may not have the new one yet.
# A follower that is read from is at most READ_MAX_LAG_S (1.5 s) plus one probe (0.5 s)
# behind, and a fill is sent at most FILL_WITHIN_S after its read and arrives within
# OPERATION_TIMEOUT_S, so it lives a bit longer than all of these together.
# Each write leaves one of its own (a random number follows), so that a value read from the
# leader replaces just the tombstone it was read after, never that of a later write.
TOMBSTONE = b"!"
TOMBSTONE_S = 3.0
FILL_WITHIN_S = 0.4
PENDING_LIMIT = 10_000
_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

# These say that the node or our picture of the cluster is at fault. Other error replies
# (out of memory under `noeviction`, say) concern one command only.
_NODE_ERRORS = (
    RedisConnectionError,
    RedisTimeoutError,
    ClusterDownError,
    AskError,  # and MovedError, its child
    ReadOnlyError,
    OSError,
    TimeoutError,
)


def is_tombstone(value: bytes) -> bool:
    """Whether a cached value stands for one that was just changed."""
    return value.startswith(TOMBSTONE)


class Cache:
    """Get, fill, invalidate and lock by key. Never raises; keys are short ASCII texts."""

    def __init__(self, config: Config, log: Log) -> None:
        self._hosts = list(config.cache_hosts)
        self._password = config.cache_password
        self._ttl_ms = int(config.cache_ttl_s * 1000)
        self._tombstone_ms = int((TOMBSTONE_S + max(0.0, config.read_max_lag_s - 1.5)) * 1000)
        self._log = log
        self._cluster: Any = None
        self._breakers: dict[str, Breaker] = {}
        self._stale = asyncio.Event()
        self._stale.set()
        self._dead: dict[str, Any] = {}
        self._exhausted = False
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._error = "not connected yet"

    @property
    def present(self) -> bool:
        """Whether the stack has a cache tier at all."""
        return bool(self._hosts)

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if not self._hosts:
            return "none in this stack"
        if self._cluster is None:
            return self._error
        failing = [name for name, breaker in self._breakers.items() if breaker.is_open]
        return f"failing: {', '.join(failing)} ({self._error})" if failing else "ok"

    async def run(self) -> None:
        """Keep the topology right, and repeat invalidations that failed, until cancelled."""
        if not self._hosts:
            return
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TOPOLOGY_PAUSE_S):
                        await self._stale.wait()
                await self._hang_up()
                await self._try_the_failing()
                if self._stale.is_set():
                    await self._read_topology()
                await self._flush_pending()
        finally:
            await self._close(self._cluster)

    # -- operations --------------------------------------------------------------------

    async def get(self, key: str) -> bytes | None:
        """The value, a tombstone (see `is_tombstone`), or None (absent, or no answer)."""
        value = await self._ask(key, "GET", key)
        return value if isinstance(value, bytes) else None

    async def fill(self, key: str, value: bytes) -> bool:
        """Store a value read from the database, unless a newer write got there first."""
        return await self._ask(key, "SET", key, value, "NX", "PX", self._ttl_ms) is True

    async def replace(self, key: str, tombstone: bytes, value: bytes) -> bool:
        """Store a value that was read from the leader after ``tombstone`` was seen, unless a later
        write has left its own."""
        answer = await self._ask(key, "EVAL", _REPLACE, 1, key, tombstone, value, self._ttl_ms)
        return bool(answer == 1)

    async def invalidate(self, key: str) -> None:
        """After a commit: nobody may read or fill the old value. Repeated until it is done."""
        if self._hosts and not await self._bury(key):
            self._pending[key] = None
            while len(self._pending) > PENDING_LIMIT:
                self._pending.popitem(last=False)

    async def lock(self, key: str, ttl_s: float) -> bool | None:
        """Take a short lock: True taken, False somebody has it, None no answer."""
        answer = await self._ask(key, "SET", key, b"1", "NX", "PX", int(ttl_s * 1000))
        return None if answer is _NO_ANSWER else answer is True

    async def unlock(self, key: str) -> None:
        await self._ask(key, "DEL", key)

    # -- internals ---------------------------------------------------------------------

    async def _bury(self, key: str) -> bool:
        tombstone = TOMBSTONE + secrets.token_hex(8).encode()
        if await self._ask(key, "SET", key, tombstone, "PX", self._tombstone_ms) is True:
            return True
        # A full cache takes no tombstone, but it lets go of the old value.
        return await self._ask(key, "DEL", key) is not _NO_ANSWER

    async def _flush_pending(self) -> None:
        for key in list(self._pending):
            if not await self._bury(key):
                return
            self._pending.pop(key, None)

    async def _ask(self, key: str, *command: Any) -> Any:
        """The node's answer, or _NO_ANSWER."""
        cluster = self._cluster
        if cluster is None:
            return _NO_ANSWER
        try:
            node = cluster.get_node_from_key(key)
        except RedisError:
            self._stale.set()
            return _NO_ANSWER
        breaker = self._breakers.get(node.name)
        if breaker is None:
            breaker = self._breakers[node.name] = Breaker()
        if not breaker.allows():
            return _NO_ANSWER
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_S):
                answer = await self._follow(cluster, node, command)
        except MaxConnectionsError:
            # One try at a time while the breaker is open: then it is not load that has them all.
            # One that was given up while it was being opened never comes back to the pool
            # (redis-py 6.1, ClusterNode.execute_command).
            if breaker.is_open:
                self._exhausted = True
                self._stale.set()
            return _NO_ANSWER
        except _NODE_ERRORS as exc:
            was_open = breaker.is_open
            breaker.failed()
            self._error = f"{node.name}: {reason(exc)}"
            if breaker.is_open and not was_open:
                self._dead[node.name] = node
            # One late answer may be this process's own lateness.
            if breaker.is_open or not isinstance(exc, TimeoutError):
                self._stale.set()
            return _NO_ANSWER
        except RedisError as exc:
            self._error = f"{node.name}: {reason(exc)}"
            return _NO_ANSWER
        breaker.succeeded()
        return answer

    async def _follow(self, cluster: Any, node: Any, command: tuple[Any, ...]) -> Any:
        """Ask the node; where it points to another one, ask that."""
        run: Callable[..., Awaitable[Any]] = node.execute_command
        try:
            return await run(*command)
        except MovedError as exc:
            self._stale.set()
            other = cluster.get_node(host=exc.host, port=exc.port)
            if other is None:
                raise
            return await other.execute_command(*command)

    async def _hang_up(self) -> None:
        """Close the connections to nodes whose breaker has opened. When such a node is back, at its
        old address maybe, each of them would cost one more try, and there is one a second."""
        while self._dead:
            _, node = self._dead.popitem()
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await node.disconnect()

    async def _try_the_failing(self) -> None:
        """Ask nodes whose breaker is open whether they are back: requests alone may not come by."""
        for name, breaker in list(self._breakers.items()):
            node = self._cluster.get_node(node_name=name) if self._cluster else None
            if node is None or not breaker.is_open or not breaker.allows():
                continue
            try:
                async with asyncio.timeout(OPERATION_TIMEOUT_S):
                    await node.execute_command("PING")
            except MaxConnectionsError:
                self._exhausted = True
                self._stale.set()
            except (RedisError, OSError, TimeoutError) as exc:
                self._error = f"{name}: {reason(exc)}"
            else:
                breaker.succeeded()

    async def _read_topology(self) -> None:
        self._stale.clear()
        # Always from the configured names: after a restart the known addresses may be gone.
        hosts = random.sample(self._hosts, len(self._hosts))
        cluster: Any = RedisCluster(
            startup_nodes=[_StartupNode(host, CACHE_PORT) for host in hosts],
            password=self._password or None,
            require_full_coverage=False,
            max_connections=MAX_CONNECTIONS,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_keepalive=True,
            lib_name=None,
            lib_version=None,
        )
        try:
            async with asyncio.timeout(TOPOLOGY_TIMEOUT_S):
                await cluster.nodes_manager.initialize()
            if not cluster.nodes_manager.slots_cache:
                raise RedisError("no slots are assigned yet")
        except Exception as exc:
            await self._close(cluster)
            if self._cluster is None:
                self._error = reason(exc)
            self._stale.set()
            await asyncio.sleep(TOPOLOGY_PAUSE_S)
            return
        slots, known = self._primaries(cluster), self._primaries(self._cluster)
        if slots == known and not self._exhausted:
            # Nothing has moved, so the connections that are open are the right ones.
            await self._close(cluster)
            return
        self._exhausted = False
        before, after = set(known), set(slots)
        old, self._cluster = self._cluster, cluster
        if after != before:
            self._log.info("cache topology", primaries=sorted(after), was=sorted(before))
        self._breakers = {n: b for n, b in self._breakers.items() if n in after}
        # Requests under way on the old connections finish first.
        await asyncio.sleep(TOPOLOGY_PAUSE_S)
        await self._close(old)

    @staticmethod
    def _primaries(cluster: Any) -> list[str]:
        """The primary of each slot that has one, in the order of the slots."""
        if cluster is None:
            return []
        slots = cluster.nodes_manager.slots_cache
        return [slots[slot][0].name for slot in sorted(slots)]

    @staticmethod
    async def _close(cluster: Any) -> None:
        if cluster is not None:
            for attribute in ("nodes_cache", "startup_nodes"):
                with contextlib.suppress(RedisError, OSError):
                    await cluster.nodes_manager.aclose(attribute)


class _NoAnswer:
    """Tells `the cache did not answer` from `the cache has nothing`."""


_NO_ANSWER = _NoAnswer()
_StartupNode: Callable[[str, int], ClusterNode] = ClusterNode
