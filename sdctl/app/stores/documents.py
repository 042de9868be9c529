"""Documents: the document store. Writes go to its leader, reads to whoever answers.

The same code for MongoDB and FerretDB. As with the database, roles are what nodes say, and a write
whose end was not seen is sent again: with the same ids, so that it is there once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from sdctl.app.config import Config
from sdctl.app.logs import Log
from sdctl.app.stores.document_node import DocumentNode
from sdctl.app.stores.mongo import MongoServer, ServerError
from sdctl.app.stores.outcomes import (
    NoReadableNodeError,
    StatementOutcome,
    UnreachableError,
    at_node,
)
from sdctl.app.stores.replicated import READ_ATTEMPT_S, Replicated

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


class Documents(Replicated[DocumentNode]):
    """All nodes, and the choice among them."""

    def __init__(self, config: Config, log: Log) -> None:
        super().__init__("documents", log)
        self._nodes = [
            DocumentNode(host, config, self._node_changed, lambda: self._leader is not None)
            for host in config.documents_hosts
        ]

    @property
    def exists(self) -> bool:
        """Whether the stack has a document store."""
        return bool(self._nodes)

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if not self._nodes:
            return NONE
        if self._leader is not None:
            return "ok"
        errors = "; ".join(f"{n.name}: {n.state.error or n.state.role}" for n in self._nodes)
        readable = any(node.state.role for node in self._nodes)
        return f"{'no leader, reads only' if readable else 'no node answers'} ({errors})"

    # -- reads --------------------------------------------------------------

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
                failures.append(at_node(node.name, exc))
                continue
            if node is self._leader or accept(result):
                return result, node.name
            failures.append(f"{node.name}: does not have it, yet or at all")
        raise NoReadableNodeError("; ".join(failures) or self.summary())

    # -- internals ---------------------------------------------------------------------

    def _read_order(self, prefer: Preference) -> list[DocumentNode]:
        followers = self._in_turn([node for node in self._nodes if node.state.role == "follower"])
        leader = [] if self._leader is None else [self._leader]
        # what one follower does not have only the leader can tell from what is not there
        return [*followers[:1], *leader, *followers[1:]] if prefer == "follower" else (
            leader + followers)  # fmt: skip

    def _election(self, node: DocumentNode) -> tuple[int, ...]:
        return (node.state.term,)

    def _outcome(self, error: Exception) -> StatementOutcome:
        if isinstance(error, ServerError):
            if error.code in _NOT_DONE:
                return StatementOutcome.ROLLED_BACK
            return StatementOutcome.UNKNOWN if error.code in _TRANSIENT else StatementOutcome.FAILED
        away = isinstance(error, (OSError, TimeoutError))
        return StatementOutcome.UNKNOWN if away else StatementOutcome.FAILED
