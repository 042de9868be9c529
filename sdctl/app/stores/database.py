"""Database: writes go to the leader, reads to followers, whoever they are right now.

Reads prefer a follower that is at most `read_max_lag_s` behind, then the leader, then any
follower at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from sdctl.app.config import Config
from sdctl.app.logs import Log
from sdctl.app.stores.database_node import DatabaseNode
from sdctl.app.stores.lag import LagClock
from sdctl.app.stores.outcomes import (
    TOO_LATE,
    LeaderAwayError,
    NoReadableNodeError,
    StatementOutcome,
    UnreachableError,
    at_node,
    is_connection_failure,
    outcome_of,
)
from sdctl.app.stores.replicated import READ_ATTEMPT_S, Replicated
from sdctl.app.stores.sql_connection import SqlConnection

T = TypeVar("T")
Operation = Callable[[SqlConnection], Awaitable[T]]


class Database(Replicated[DatabaseNode]):
    """All nodes, and the choice among them."""

    def __init__(self, config: Config, log: Log) -> None:
        super().__init__("database", log)
        self._max_lag_s = config.read_max_lag_s
        self.slowed_s: Callable[[], float] = lambda: 0.0
        """How many seconds longer a connection is held each time, by a fault."""
        self._nodes = [
            DatabaseNode(host, config, self._node_changed, lambda: self.slowed_s())
            for host in config.database_hosts
        ]
        self._lag = LagClock()

    # -- what is known -----------------------------------------------------------------

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
                failures.append(at_node(node.name, exc))
                continue
            if node is self._leader or accept(result):
                return result, node.name
            failures.append(f"{node.name}: does not have it, yet or at all")
            leader = self._leader
            if leader is not None and leader in order:
                order.remove(leader)
                order.appendleft(leader)
        raise NoReadableNodeError("; ".join(failures) or (TOO_LATE if order else self.summary()))

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
            raise LeaderAwayError(at_node(node.name, exc)) from exc

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
        order = self._in_turn(self.followers())
        if self._leader is not None:
            order.append(self._leader)
        behind = [n for n in self._nodes if n.state.role is not None and n not in order]
        return order + behind

    def _election(self, node: DatabaseNode) -> tuple[int, ...]:
        return node.state.timeline, node.state.lsn

    def _outcome(self, error: Exception) -> StatementOutcome:
        return outcome_of(error)

    def _elected(self) -> None:
        self._lag.forget()

    def _node_changed(self, node: DatabaseNode) -> None:
        super()._node_changed(node)
        if self._leader is node:
            self._lag.wrote(node.state.lsn)


def _usage(nodes: list[DatabaseNode]) -> dict[str, object]:
    usages = [node.usage() for node in nodes]
    return {
        "size": sum(size for size, _ in usages),
        "idle": sum(idle for _, idle in usages),
        "node": nodes[0].name if nodes else None,
        "nodes": [node.name for node in nodes],
    }
