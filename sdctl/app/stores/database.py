"""Database: writes go to the leader, reads to followers, whoever they are right now.

Reads prefer a follower that is at most `read_max_lag_s` behind, then the leader, then any
follower at all. Writes go to the one node that says it is the leader; where two say so (a
leader that was paused and has not noticed its successor) the higher timeline is right.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from sdctl.app.config import Config
from sdctl.app.logs import Log, reason
from sdctl.app.stores.database_node import DatabaseNode, SqlConnection, UnreachableError
from sdctl.app.stores.lag import LagClock
from sdctl.app.stores.outcomes import (
    LeaderAwayError,
    NoReadableNodeError,
    OutcomeUnknownError,
    StatementOutcome,
    is_connection_failure,
    outcome_of,
)

T = TypeVar("T")
Operation = Callable[[SqlConnection], Awaitable[T]]

# A read that hangs on one node is tried on the next, so it must leave time for that.
READ_ATTEMPT_S = 1.5
# One broken connection says little about the leader. It is asked again, which takes a few
# milliseconds, and for so long a write waits rather than fails.
DOUBT_S = 0.3


class Database:
    """All nodes, and the choice among them."""

    def __init__(self, config: Config, log: Log) -> None:
        self._log = log
        self._max_lag_s = config.read_max_lag_s
        self._nodes = [
            DatabaseNode(host, config, self._node_changed) for host in config.database_hosts
        ]
        self._leader: DatabaseNode | None = None
        self._known: str | None = None
        self._change = asyncio.Event()
        self._lag = LagClock()
        self._turn = 0
        self._doubted_until = 0.0

    async def run(self) -> None:
        """Watch every node until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for node in self._nodes:
                    group.create_task(node.watch(), name=f"watch {node.name}")
        finally:
            for node in self._nodes:
                await node.close()

    # -- what is known -----------------------------------------------------------------

    @property
    def leader(self) -> DatabaseNode | None:
        """The node that writes go to, None while there is none."""
        return self._leader

    def followers(self) -> list[DatabaseNode]:
        """Followers fresh enough to read from."""
        return [
            node
            for node in self._nodes
            if node.state.role == "follower" and self._lag.lag_s(node.state.lsn) <= self._max_lag_s
        ]

    def readable(self) -> bool:
        """Whether reads can be served: a node answers and the schema is there."""
        return any(node.state.role and node.state.has_schema for node in self._nodes)

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if self._leader is not None and self.readable():
            return "ok"
        if self._leader is not None:
            return "the schema is not there yet"
        errors = "; ".join(
            f"{node.name}: {node.state.error or node.state.role}" for node in self._nodes
        )
        return f"{'no leader, reads only' if self.readable() else 'no node answers'} ({errors})"

    def pools(self) -> dict[str, dict[str, object]]:
        """Connections by role: {"leader" | "follower": {"size", "idle", "node", "nodes"}}."""
        leader = [self._leader] if self._leader else []
        followers = [node for node in self._nodes if node.state.role == "follower"]
        return {"leader": _usage(leader), "follower": _usage(followers)}

    async def leader_found(self, timeout_s: float) -> bool:
        """Wait for a leader, for so long; whether there is one."""
        until = asyncio.get_running_loop().time() + timeout_s
        while self._leader is None and asyncio.get_running_loop().time() < until:
            await self._next_change(until)
        return self._leader is not None

    # -- reads and writes --------------------------------------------------------------

    async def read(
        self,
        operation: Operation[T],
        until: float,
        accept: Callable[[T], bool] = lambda result: True,
    ) -> tuple[T, str]:
        """Run a read on the best node that answers; returns the result and that node's name.

        A follower's result that `accept` refuses may only be late: then the leader is asked,
        whose result counts, and while there is none the other followers.
        `until` is a loop time. Raises NoReadableNodeError.
        """
        now = asyncio.get_running_loop().time
        failures: list[str] = []
        order = deque(self._read_order())
        while order and now() < until:
            node = order.popleft()
            try:
                async with node.connection(min(until, now() + READ_ATTEMPT_S)) as connection:
                    result = await operation(connection)
            except Exception as exc:
                if not isinstance(exc, UnreachableError) and not is_connection_failure(exc):
                    raise
                node.kick()
                failures.append(f"{node.name}: {reason(exc)}")
                continue
            if node is self._leader or accept(result):
                return result, node.name
            failures.append(f"{node.name}: does not have it, yet or at all")
            leader = self._leader
            if leader is not None and leader in order:
                order.remove(leader)
                order.appendleft(leader)
        raise NoReadableNodeError("; ".join(failures) or f"not in time ({self.summary()})")

    async def read_leader(self, operation: Operation[T], until: float) -> tuple[T, str]:
        """Run a read on the leader only: it sees every acknowledged write.

        Raises LeaderAwayError.
        """
        node = self._leader
        if node is None:
            raise LeaderAwayError(self.summary())
        try:
            async with node.connection(until) as connection:
                return await operation(connection), node.name
        except Exception as exc:
            if not isinstance(exc, UnreachableError) and not is_connection_failure(exc):
                raise
            node.kick()
            raise LeaderAwayError(f"{node.name}: {reason(exc)}") from exc

    async def write(self, operation: Operation[T], until: float, *, wait: bool = False) -> T:
        """Run one statement on the leader, again where its end was not seen.

        The statement must be idempotent (same ids each time): after a broken connection it
        is repeated, on the next leader if need be, which settles whether it was done.
        `wait`: hold on for a leader until the deadline, instead of failing at once.
        Raises LeaderAwayError (surely not done) or OutcomeUnknownError.
        """
        now = asyncio.get_running_loop().time
        unknown: str | None = None
        last = self.summary()
        while now() < until:
            node = self._leader
            if node is None:
                patience = until if wait or unknown else min(until, self._doubted_until)
                if now() >= patience:
                    raise LeaderAwayError(self.summary())
                await self._next_change(patience)
                continue
            try:
                async with node.connection(until) as connection:
                    return await operation(connection)
            except UnreachableError as exc:
                last = str(exc)
                if exc.slow:
                    continue
            except Exception as exc:
                outcome = outcome_of(exc)
                if outcome is StatementOutcome.FAILED:
                    raise
                last = f"{node.name}: {reason(exc)}"
                if outcome is StatementOutcome.UNKNOWN:
                    unknown = last
            if now() < until:
                self._distrust(node)
        if unknown is not None:
            raise OutcomeUnknownError(unknown)
        raise LeaderAwayError(last)

    @contextlib.asynccontextmanager
    async def session(self, until: float) -> AsyncIterator[SqlConnection]:
        """Lend a connection to the leader for a transaction of the caller's own.

        Raises LeaderAwayError before, and the driver's own errors within.
        """
        node = self._leader
        if node is None:
            raise LeaderAwayError(self.summary())
        try:
            async with node.connection(until) as connection:
                yield connection
        except UnreachableError as exc:
            node.kick()
            raise LeaderAwayError(str(exc)) from exc
        except Exception as exc:
            if is_connection_failure(exc):
                self._distrust(node)
            raise

    # -- internals ---------------------------------------------------------------------

    def _read_order(self) -> list[DatabaseNode]:
        fresh = self.followers()
        self._turn += 1
        turn = self._turn % len(fresh) if fresh else 0
        order = fresh[turn:] + fresh[:turn]
        if self._leader is not None:
            order.append(self._leader)
        behind = [n for n in self._nodes if n.state.role is not None and n not in order]
        return order + behind

    def _node_changed(self, node: DatabaseNode) -> None:
        leaders = [n for n in self._nodes if n.state.role == "leader"]
        leader = max(leaders, key=lambda n: (n.state.timeline, n.state.lsn), default=None)
        if leader is not None and leader.name != self._known:
            self._log.info("database leader found", leader=leader.name, was=self._known)
            self._lag.forget()
            self._known = leader.name
        elif leader is None and self._leader is not None:
            lost = self._leader.name
            self._leader = None
            self._log.warning("database leader lost", leader=lost, why=self.summary())
        self._leader = leader
        if leader is node:
            self._lag.wrote(node.state.lsn)
        self._announce()

    def _distrust(self, node: DatabaseNode) -> None:
        """A statement failed there: ask every node again before anyone relies on it."""
        if self._leader is not node:
            return
        self._log.warning("database leader in doubt", leader=node.name)
        self._doubted_until = asyncio.get_running_loop().time() + DOUBT_S
        self._leader = None
        node.distrust()
        for member in self._nodes:
            member.kick()

    def _announce(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    async def _next_change(self, until: float) -> None:
        """Wait until any node was heard of, or the deadline."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._change.wait()


def _usage(nodes: list[DatabaseNode]) -> dict[str, object]:
    usages = [node.usage() for node in nodes]
    return {
        "size": sum(size for size, _ in usages),
        "idle": sum(idle for _, idle in usages),
        "node": nodes[0].name if nodes else None,
        "nodes": [node.name for node in nodes],
    }
