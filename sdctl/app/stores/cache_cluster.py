"""The cache's cluster: which node has a key, and which nodes answer.

The cluster client of redis-py finds slots and speaks the protocol; what happens on an
error is decided here, because that client re-reads the topology inside the request that
met the error and closes every other request's connection while it does. Here a failed
request ends at once without an answer, and the topology is read again in the background.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.exceptions import (
    AskError,
    ClusterDownError,
    MaxConnectionsError,
    MovedError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from sdctl.app.config import Config
from sdctl.app.logs import Log, reason
from sdctl.app.stores import cache_topology
from sdctl.app.stores.breaker import Breaker
from sdctl.app.stores.cache_topology import ERRORS, primaries
from sdctl.app.stores.node_names import NodeNames

# Long beside what Redis takes: a machine short of CPU must not look like a dead node, for each
# answer given up costs its connection, and opening others costs more CPU.
OPERATION_TIMEOUT_S = 0.5
# A failure that is seen this much after an answer was to be given up says that this process stood
# still, or the whole machine: all under way fail at once then, and would open the node's breaker.
OWN_LATENESS_S = 0.1
TOPOLOGY_PAUSE_S = 1.0
MAX_CONNECTIONS = 32

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


class NoAnswer:
    """Tells `the cache did not answer` from `the cache has nothing`."""


NO_ANSWER = NoAnswer()
REFUSED = NoAnswer()
"""The node answered, and did not do it: a full one takes nothing new."""


class CacheCluster:
    """Asks the node that has a key. Never raises."""

    def __init__(self, config: Config, log: Log) -> None:
        self._hosts = list(config.cache_hosts)
        self._password = config.cache_password
        self._log = log
        self._client: Any = None
        self._breakers: dict[str, Breaker] = {}
        self._seats: dict[str, asyncio.Semaphore] = {}
        self._stale = asyncio.Event()
        self._stale.set()
        self._dead: dict[str, Any] = {}
        self._exhausted = False
        self._unread = "not connected yet"
        """Why the topology is not known."""
        self._errors: dict[str, str] = {}
        """What was last wrong with each node."""
        self._names = NodeNames(self._hosts)

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if self._client is None:
            return self._unread
        failing = [
            f"{self._names.of(name)} ({self._errors.get(name, 'no answer')})"
            for name, breaker in self._breakers.items()
            if breaker.is_open
        ]
        return f"failing: {', '.join(failing)}" if failing else "ok"

    async def mend(self) -> None:
        """Wait a moment, or until something was amiss; then close what is dead, ask the failing
        nodes, and read the topology again where it may have changed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TOPOLOGY_PAUSE_S):
                await self._stale.wait()
        await self._hang_up()
        await self._try_the_failing()
        if self._stale.is_set():
            await self._read_topology()

    async def close(self) -> None:
        """Close all connections."""
        await cache_topology.close(self._client)

    async def ask(self, key: str, *command: Any) -> Any:
        """What the node that has ``key`` answers to ``command``, REFUSED or NO_ANSWER."""
        cluster = self._client
        if cluster is None:
            return NO_ANSWER
        try:
            node = cluster.get_node_from_key(key)
        except ERRORS:
            self._stale.set()
            return NO_ANSWER
        breaker = self._breakers.get(node.name)
        if breaker is None:
            breaker = self._breakers[node.name] = Breaker()
        if not breaker.allows():
            return NO_ANSWER
        seats = self._seats.get(node.name)
        if seats is None:
            seats = self._seats[node.name] = asyncio.Semaphore(MAX_CONNECTIONS)
        asked = False
        give_up = time.monotonic() + OPERATION_TIMEOUT_S
        try:
            # With more requests than connections, a short wait is cheaper than what they would do
            # without an answer: all go to the database for what the cache has.
            async with asyncio.timeout(OPERATION_TIMEOUT_S), seats:
                asked = True
                answer = await self._follow(cluster, node, command)
        except MaxConnectionsError:
            # One try at a time while the breaker is open: then it is not load that has them all.
            # One that was given up while it was being opened never comes back to the pool
            # (redis-py 8.1, ClusterNode.acquire_connection).
            if breaker.is_open:
                self._exhausted = True
                self._stale.set()
            return NO_ANSWER
        except _NODE_ERRORS as exc:
            if not asked:  # those who have the connections say what is wrong with the node
                return NO_ANSWER
            if time.monotonic() > give_up + OWN_LATENESS_S:
                return NO_ANSWER
            was_open = breaker.is_open
            breaker.failed()
            self._errors[node.name] = reason(exc)
            if breaker.is_open and not was_open:
                self._dead[node.name] = node
            # One late answer is no reason to suspect the topology.
            if breaker.is_open or not isinstance(exc, TimeoutError):
                self._stale.set()
            return NO_ANSWER
        except (*ERRORS, RuntimeError) as exc:
            # RuntimeError: uvloop's way of saying that `_hang_up` is just closing the connection.
            self._errors[node.name] = reason(exc)
            return REFUSED if isinstance(exc, ResponseError) else NO_ANSWER
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
            with contextlib.suppress(*ERRORS, OSError, TimeoutError):
                await node.disconnect()

    async def _try_the_failing(self) -> None:
        """Ask nodes whose breaker is open whether they are back: requests alone may not come by."""
        for name, breaker in list(self._breakers.items()):
            node = self._client.get_node(node_name=name) if self._client else None
            if node is None or not breaker.is_open or not breaker.allows():
                continue
            try:
                async with asyncio.timeout(OPERATION_TIMEOUT_S):
                    await node.execute_command("PING")
            except MaxConnectionsError:
                self._exhausted = True
                self._stale.set()
            except (*ERRORS, OSError, TimeoutError) as exc:
                self._errors[name] = reason(exc)
                # It may be back under another address, and somebody else have its own.
                self._stale.set()
            else:
                breaker.succeeded()

    async def _read_topology(self) -> None:
        self._stale.clear()
        try:
            cluster = await cache_topology.read(self._hosts, self._password, MAX_CONNECTIONS)
        except Exception as exc:
            if self._client is None:
                self._unread = reason(exc)
            self._stale.set()
            await asyncio.sleep(TOPOLOGY_PAUSE_S)
            return
        await self._names.learn()
        slots, known = primaries(cluster), primaries(self._client)
        if slots == known and not self._exhausted:
            # Nothing has moved, so the connections that are open are the right ones.
            await cache_topology.close(cluster)
            return
        self._exhausted = False
        before, after = set(known), set(slots)
        old, self._client = self._client, cluster
        if after != before:
            self._log.info("cache topology", primaries=sorted(after), was=sorted(before))
        self._breakers = {n: b for n, b in self._breakers.items() if n in after}
        self._seats = {n: s for n, s in self._seats.items() if n in after}
        self._errors = {n: why for n, why in self._errors.items() if n in after}
        # Requests under way on the old connections finish first.
        await asyncio.sleep(TOPOLOGY_PAUSE_S)
        await cache_topology.close(old)
