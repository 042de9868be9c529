"""Documents: the document store. Writes go to its leader, reads to whoever answers.

The same code for MongoDB and FerretDB. As with the database, roles are what nodes say, and a write
whose end was not seen is sent again: with the same ids, so that it is there once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from sdctl.app.config import Config
from sdctl.app.logs import Log, reason
from sdctl.app.stores.database import DOUBT_S, READ_ATTEMPT_S
from sdctl.app.stores.database_node import UnreachableError
from sdctl.app.stores.document_node import DocumentNode
from sdctl.app.stores.mongo import MongoServer, ServerError
from sdctl.app.stores.outcomes import LeaderAwayError, NoReadableNodeError, OutcomeUnknownError

T = TypeVar("T")
Operation = Callable[[MongoServer], Awaitable[T]]
Preference = Literal["leader", "follower"]

NONE = "none in this stack"

# MongoDB's numbers for what is the fault of the moment and not of the command: no leader, one that
# changes or shuts down, a link that breaks, too few nodes that confirmed. 0, 1 and 8 say nothing.
_TRANSIENT = frozenset(
    {0, 1, 6, 7, 8, 50, 64, 79, 89, 91, 112, 189, 262, 9001, 11000, 11600, 11602}
)
# This node does not lead (any more), and it says so before it writes.
_NOT_DONE = frozenset({10058, 10107, 13435, 13436})


class Documents:
    """All nodes, and the choice among them."""

    def __init__(self, config: Config, log: Log) -> None:
        self._log = log
        self._nodes = [
            DocumentNode(host, config, self._node_changed, lambda: self._leader is not None)
            for host in config.documents_hosts
        ]
        self._leader: DocumentNode | None = None
        self._known: str | None = None
        self._change = asyncio.Event()
        self._doubted_until = 0.0
        self._turn = 0

    async def run(self) -> None:
        """Watch every node until cancelled; at once over in a stack without a document store."""
        try:
            async with asyncio.TaskGroup() as group:
                for node in self._nodes:
                    group.create_task(node.watch(), name=f"watch {node.name}")
        finally:
            for node in self._nodes:
                node.close()

    @property
    def exists(self) -> bool:
        """Whether the stack has a document store."""
        return bool(self._nodes)

    @property
    def leader(self) -> str | None:
        """The name of the node that writes go to."""
        return None if self._leader is None else self._leader.name

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if not self._nodes:
            return NONE
        if self._leader is not None:
            return "ok"
        errors = "; ".join(f"{n.name}: {n.state.error or n.state.role}" for n in self._nodes)
        readable = any(node.state.role for node in self._nodes)
        return f"{'no leader, reads only' if readable else 'no node answers'} ({errors})"

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
        prefer: Preference,
        accept: Callable[[T], bool] = lambda result: True,
    ) -> tuple[T, str]:
        """Run a read on the first node that answers; returns the result and that node's name.

        A follower's result that `accept` refuses may only be late: then the leader's counts.
        Raises NoReadableNodeError.
        """
        now = asyncio.get_running_loop().time
        failures: list[str] = []
        for node in self._read_order(prefer):
            try:
                async with node.connection(min(until, now() + READ_ATTEMPT_S)) as server:
                    result = await operation(server)
            except (OSError, TimeoutError, UnreachableError, ServerError) as exc:
                node.kick()
                failures.append(f"{node.name}: {reason(exc)}")
                continue
            if node is self._leader or accept(result):
                return result, node.name
            failures.append(f"{node.name}: does not have it, yet or at all")
        raise NoReadableNodeError("; ".join(failures) or self.summary())

    async def write(self, operation: Operation[T], until: float) -> T:
        """Run one command on the leader, again where its end was not seen.

        The command must be idempotent. Raises ServerError for what no node would do,
        LeaderAwayError (surely not done) or OutcomeUnknownError.
        """
        now = asyncio.get_running_loop().time
        unknown: str | None = None
        last = self.summary()
        while now() < until:
            node = self._leader
            if node is None:
                patience = until if unknown else min(until, self._doubted_until)
                if now() >= patience:
                    break
                await self._next_change(patience)
                continue
            try:
                async with node.connection(until) as server:
                    return await operation(server)
            except UnreachableError as exc:
                last = str(exc)
                if exc.slow:
                    continue
            except ServerError as exc:
                if exc.code not in _TRANSIENT | _NOT_DONE:
                    raise
                last = f"{node.name}: {reason(exc)}"
                if exc.code in _TRANSIENT:
                    unknown = last
            except (OSError, TimeoutError) as exc:
                unknown = last = f"{node.name}: {reason(exc)}"
            if now() < until:
                self._distrust(node)
        if unknown is not None:
            raise OutcomeUnknownError(unknown)
        raise LeaderAwayError(last if self._leader else self.summary())

    # -- internals ---------------------------------------------------------------------

    def _read_order(self, prefer: Preference) -> list[DocumentNode]:
        followers = [node for node in self._nodes if node.state.role == "follower"]
        self._turn += 1
        turn = self._turn % len(followers) if followers else 0
        followers = followers[turn:] + followers[:turn]
        leader = [] if self._leader is None else [self._leader]
        # what one follower does not have only the leader can tell from what is not there
        return [*followers[:1], *leader, *followers[1:]] if prefer == "follower" else (
            leader + followers)  # fmt: skip

    def _node_changed(self, node: DocumentNode) -> None:
        leaders = [node for node in self._nodes if node.state.role == "leader"]
        leader = max(leaders, key=lambda node: node.state.term, default=None)
        if leader is not None and leader.name != self._known:
            self._log.info("documents leader found", leader=leader.name, was=self._known)
            self._known = leader.name
        elif leader is None and self._leader is not None:
            lost, self._leader = self._leader.name, None
            self._log.warning("documents leader lost", leader=lost, why=self.summary())
        self._leader = leader
        self._announce()

    def _distrust(self, node: DocumentNode) -> None:
        """A command failed there: ask every node again before anyone relies on it."""
        if self._leader is not node:
            return
        self._log.warning("documents leader in doubt", leader=node.name)
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
