"""DocumentNode: one server of the document store, the connections to it, and what it is right now.

It is greeted every second, and twice a second while nobody leads. MongoDB's own greeting says who
leads; FerretDB's claims it on every node, so there Patroni is asked, which made it so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sdctl.app.config import DOCUMENTS_PORT, PATRONI_PORT, Config
from sdctl.app.logs import reason
from sdctl.app.stores.mongo import MongoServer, NotSentError
from sdctl.app.stores.outcomes import UnreachableError, at_node
from sdctl.app.stores.role_probe import PROBE_INTERVAL_S, PROBE_TIMEOUT_S, SILENT_PROBES

# While somebody leads: a request that fails has its node asked at once.
INTERVAL_S = 2 * PROBE_INTERVAL_S
# Patroni answers each time with a new connection and a query of its database, so while there is a
# leader and nothing fails its word holds for so long.
WORD_S = 3 * INTERVAL_S


@dataclass(frozen=True)
class State:
    """What a node said last. `role` None: it does not answer, and `error` says how.

    `term`: grows with every election, so that of two leaders the newer one is right.
    """

    role: str | None
    error: str = "not asked yet"
    term: int = 0


class DocumentNode:
    """One server: the connections to it, and its last seen state."""

    def __init__(
        self,
        name: str,
        config: Config,
        changed: Callable[[DocumentNode], None],
        settled: Callable[[], bool],
    ) -> None:
        self.name = name
        self.state = State(None)
        self._changed = changed
        self._settled = settled  # whether there is a leader
        self._word_until = 0.0
        self._patroni = config.documents_server == "ferretdb"
        self._login = (name, DOCUMENTS_PORT, config.documents_user, config.documents_password)
        self._connections = config.documents_pool_size
        self._free = asyncio.Semaphore(self._connections)
        self._server: MongoServer | None = None
        self._lent: set[asyncio.Timeout] = set()
        self._silent = 0
        self._kicked = asyncio.Event()

    # -- use ---------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def connection(self, until: float) -> AsyncIterator[MongoServer]:
        """Lend a connection until the loop time `until`; then TimeoutError ends what it does.

        Raises UnreachableError if none can be had.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        except TimeoutError as exc:
            raise UnreachableError(f"{self.name}: no free connection in time", slow=True) from exc
        try:
            if self._server is None:
                raise UnreachableError(f"{self.name}: {self.state.error}")
            async with asyncio.timeout_at(until) as deadline:
                self._lent.add(deadline)
                try:
                    yield self._server
                finally:
                    self._lent.discard(deadline)
        except NotSentError as exc:
            raise UnreachableError(at_node(self.name, exc)) from exc
        finally:
            self._free.release()

    def kick(self) -> None:
        """Ask the node what it is now, not at the next interval."""
        self._word_until = 0.0
        self._kicked.set()

    def distrust(self) -> None:
        """Take it for nothing until it was asked again, which is at once."""
        self.state = replace(self.state, role=None, error="being asked again")
        self.kick()

    # -- watch -------------------------------------------------------------------------

    async def watch(self) -> None:
        """Ask forever; report each answer."""
        while True:
            self._kicked.clear()
            self.state = await self._ask()
            if self.state.role is None:
                self.close()
            self._changed(self)
            if 0 < self._silent < SILENT_PROBES:
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(INTERVAL_S if self._settled() else PROBE_INTERVAL_S):
                    await self._kicked.wait()

    def close(self) -> None:
        """Drop every connection; what is under way on one ends with an error."""
        for deadline in self._lent:
            if not deadline.expired():
                deadline.reschedule(0)
        server, self._server = self._server, None
        if server is not None:
            server.close()

    async def _ask(self) -> State:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                state = await self._read_state()
        except Exception as exc:
            self._word_until = 0.0
            silent = isinstance(exc, TimeoutError)
            self._silent = self._silent + 1 if silent else SILENT_PROBES
            if self._silent < SILENT_PROBES:
                return self.state
            return State(None, "no answer" if silent else reason(exc))
        self._silent = 0
        return state

    async def _read_state(self) -> State:
        hello = await self._greet()
        if not self._patroni:
            return hello_state(hello)
        now = asyncio.get_running_loop().time()
        if self.state.role is None or now >= self._word_until or not self._settled():
            self._word_until = now + WORD_S
            return patroni_state(*await _ask_patroni(self.name))
        return self.state

    async def _greet(self) -> Mapping[str, Any]:
        """Its greeting. A node that takes connections and says nothing is lent to nobody."""
        if self._server is not None:
            return await self._server.command("admin", {"hello": 1})
        # and one more, for this question
        server = await MongoServer.connect(*self._login, connections=self._connections + 1)
        try:
            hello = await server.command("admin", {"hello": 1})
        except BaseException:
            server.close()
            raise
        self._server = server
        return hello


def hello_state(hello: Mapping[str, Any]) -> State:
    """Pure: MongoDB's greeting. The last 8 bytes of an election's id are its term."""
    if hello.get("isWritablePrimary"):
        return State("leader", "", int(str(hello.get("electionId", "0"))[-16:], 16))
    if hello.get("secondary"):
        return State("follower", "")
    return State(None, "neither primary nor secondary")


def patroni_state(status: int, said: Mapping[str, Any]) -> State:
    """Pure: `GET /primary`, which is 200 only on a node that holds the leader's lock."""
    if status == 200:
        return State("leader", "", int(said.get("timeline") or 0))
    if said.get("state") == "running" and said.get("role") == "replica":
        return State("follower", "")
    return State(None, str(said.get("state") or f"HTTP {status}"))


async def _ask_patroni(host: str) -> tuple[int, Mapping[str, Any]]:
    reader, writer = await asyncio.open_connection(host, PATRONI_PORT)
    try:
        writer.write(b"GET /primary HTTP/1.0\r\n\r\n")
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionResetError("Patroni broke off")
    said = orjson.loads(body) if body else {}
    return int(words[1]), said
