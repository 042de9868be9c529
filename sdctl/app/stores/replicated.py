"""Replicated: the nodes of one store, which of them leads, and writes that go to the leader.

Roles are what the nodes say themselves. Where two say that they lead (one that was paused and has
not noticed its successor), the later election is right.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar

from sdctl.app.logs import Log
from sdctl.app.stores.outcomes import (
    TOO_LATE,
    LeaderAwayError,
    OutcomeUnknownError,
    StatementOutcome,
    UnreachableError,
    at_node,
)

# A read that hangs on one node is tried on the next, so it must leave time for that.
READ_ATTEMPT_S = 1.5
# One broken connection says little about the leader. It is asked again, which takes a few
# milliseconds, and for so long a write waits rather than fails.
DOUBT_S = 0.3


class StoreNode(Protocol):
    """One server of a store, which watches itself and says when its state changed."""

    name: str
    state: Any
    """Has ``role`` ("leader", "follower", or None while it does not answer) and ``error``."""

    def connection(self, until: float) -> AbstractAsyncContextManager[Any]: ...

    def kick(self) -> None: ...

    def distrust(self) -> None: ...

    async def watch(self) -> None: ...

    def close(self) -> None: ...


N = TypeVar("N", bound=StoreNode)
T = TypeVar("T")


class Replicated(ABC, Generic[N]):
    """What a store with a leader and followers has in common. Times are the loop's, in seconds."""

    def __init__(self, what: str, log: Log) -> None:
        self._what = what
        self._log = log
        self._nodes: list[N] = []
        self._leader: N | None = None
        self._last_leader: str | None = None
        self._change = asyncio.Event()
        self._doubted_until = 0.0
        self._turn = 0

    @abstractmethod
    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""

    @abstractmethod
    def _election(self, node: N) -> tuple[int, ...]:
        """Grows with every election: of two leaders the greater one is right."""

    @abstractmethod
    def _outcome(self, error: Exception) -> StatementOutcome:
        """What an error says about a write that was under way."""

    async def run(self) -> None:
        """Watch every node until cancelled; at once over where there are none."""
        try:
            async with asyncio.TaskGroup() as group:
                for node in self._nodes:
                    group.create_task(node.watch(), name=f"watch {node.name}")
        finally:
            for node in self._nodes:
                node.close()

    @property
    def leader(self) -> N | None:
        """The node that writes go to, None while there is none."""
        return self._leader

    async def leader_found(self, timeout_s: float) -> bool:
        """Wait for a leader, for so long; whether there is one."""
        until = asyncio.get_running_loop().time() + timeout_s
        while self._leader is None and asyncio.get_running_loop().time() < until:
            await self._next_change(until)
        return self._leader is not None

    async def write(
        self, operation: Callable[[Any], Awaitable[T]], until: float, *, wait: bool = False
    ) -> T:
        """Run one statement on the leader, again where its end was not seen.

        The statement must be idempotent (same ids each time): after a broken connection it
        is repeated, on the next leader if need be, which settles whether it was done.
        `wait`: hold on for a leader until the deadline, instead of failing at once.
        Raises LeaderAwayError (surely not done), OutcomeUnknownError, or the store's own error
        for what no node would do.
        """
        now = asyncio.get_running_loop().time
        unknown: str | None = None
        last = self.summary() if now() < until else TOO_LATE
        while now() < until:
            node = self._leader
            if node is None:
                patience = until if wait or unknown else min(until, self._doubted_until)
                if now() >= patience:
                    last = self.summary()
                    break
                await self._next_change(patience)
                continue
            try:
                async with node.connection(until) as connection:
                    return await operation(connection)
            except UnreachableError as error:
                last = str(error)
                if error.slow:
                    continue
            except Exception as error:
                outcome = self._outcome(error)
                if outcome is StatementOutcome.FAILED:
                    raise
                last = at_node(node.name, error)
                if outcome is StatementOutcome.UNKNOWN:
                    unknown = last
            if now() < until:
                self._distrust(node)
        if unknown is not None:
            raise OutcomeUnknownError(unknown)
        raise LeaderAwayError(last)

    def _in_turn(self, nodes: list[N]) -> list[N]:
        """The same nodes, each time another one first."""
        self._turn += 1
        turn = self._turn % len(nodes) if nodes else 0
        return nodes[turn:] + nodes[:turn]

    def _node_changed(self, node: N) -> None:
        """A node was asked: who leads now?"""
        leaders = [node for node in self._nodes if node.state.role == "leader"]
        leader = max(leaders, key=self._election, default=None)
        if leader is not None and leader.name != self._last_leader:
            self._log.info(f"{self._what} leader found", leader=leader.name, was=self._last_leader)
            self._last_leader = leader.name
            self._elected()
        elif leader is None and self._leader is not None:
            lost, self._leader = self._leader.name, None
            self._log.warning(f"{self._what} leader lost", leader=lost, why=self.summary())
        self._leader = leader
        self._change.set()
        self._change = asyncio.Event()

    def _elected(self) -> None:
        """Another node leads than before."""

    def _distrust(self, node: N) -> None:
        """A statement failed there: ask every node again before anyone relies on it."""
        if self._leader is not node:
            return
        self._log.warning(f"{self._what} leader in doubt", leader=node.name)
        self._doubted_until = asyncio.get_running_loop().time() + DOUBT_S
        self._leader = None
        node.distrust()
        for member in self._nodes:
            member.kick()

    async def _next_change(self, until: float) -> None:
        """Wait until any node was heard of, or the deadline."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._change.wait()
