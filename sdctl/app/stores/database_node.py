"""One database server, the connections to it, and what it is right now.

Its probe (`role_probe.py`) asks each node twice a second for its role. So a dead or silent node
costs requests nothing once it is seen. A new leader is found without trying a write on it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import asyncpg

from sdctl.app.config import DATABASE_PORT, Config
from sdctl.app.stores.outcomes import SESSION_ENDED, UnreachableError, at_node
from sdctl.app.stores.role_probe import PROBE_INTERVAL_S, NodeState, RoleProbe
from sdctl.app.stores.sql_connection import SqlConnection, cut_off, is_gone, keep_session

CONNECT_TIMEOUT_S = 1.0
# A new server process loads its catalog at its first query: tens of milliseconds, many times over
# when a burst of requests opens the whole pool. So a pool is opened before requests need it.
WARM_CONNECTIONS = 4
_REHEARSE = "SELECT status FROM orders WHERE id = '00000000-0000-0000-0000-000000000000'"


class DatabaseNode:
    """One server: a pool for requests, a probe connection, and its last seen state."""

    def __init__(
        self,
        name: str,
        config: Config,
        changed: Callable[[DatabaseNode], None],
        slowed_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.name = name
        self._slowed_s = slowed_s
        self.state = NodeState(None)
        self._changed = changed
        self._pool_size = config.pool_size
        self._settings: dict[str, Any] = {
            "host": name,
            "port": DATABASE_PORT,
            "user": config.database_user,
            "password": config.database_password,
            "database": config.database_name,
            "timeout": CONNECT_TIMEOUT_S,
            "ssl": False,
            "server_settings": {
                "application_name": config.node_name,
                "jit": "off",
                # The server drops what a paused or vanished client left behind. There is no
                # statement_timeout on purpose: cancelling a commit that waits for a
                # synchronous follower would let it pass as done.
                "idle_in_transaction_session_timeout": "15s",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        }
        self._pool: Any = None
        self._warm = False
        self._probe = RoleProbe(self._settings)
        self._waiting: set[asyncio.Timeout] = set()
        self._kicked = asyncio.Event()

    # -- use ---------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def connection(self, until: float) -> AsyncIterator[SqlConnection]:
        """Lend a connection until the loop time `until`; then it is cut off.

        It is cut, not cancelled: a cancel request would need a second connection to a node
        that may be silent, and would end the wait for a synchronous follower.
        Raises UnreachableError if none can be had.
        """
        pool = await self._open_pool()
        try:
            async with asyncio.timeout_at(until) as waiting:
                self._waiting.add(waiting)
                try:
                    connection = await pool.acquire()
                finally:
                    self._waiting.discard(waiting)
        except TimeoutError as exc:
            why = f"{self.name}: no free connection in time, all {self._pool_size} are in use"
            raise UnreachableError(why, slow=True) from exc
        except Exception as exc:
            raise UnreachableError(at_node(self.name, exc)) from exc
        cut = asyncio.get_running_loop().call_at(until, cut_off, connection)
        try:
            if (slowed_s := self._slowed_s()) > 0:
                await asyncio.sleep(slowed_s)
            yield connection
        except asyncpg.InternalClientError as exc:
            # The server ended the session while nobody used it. asyncpg lends such a connection
            # until its end arrives as well, and then refuses every statement on it.
            cut_off(connection)
            raise ConnectionResetError(SESSION_ENDED) from exc
        except AttributeError as exc:
            # asyncpg's way of meeting a connection that was cut between two of its steps.
            if not is_gone(connection):
                raise
            raise ConnectionResetError("connection was cut") from exc
        except BaseException as exc:
            if not isinstance(exc, asyncpg.PostgresError):
                cut_off(connection)
            raise
        finally:
            cut.cancel()
            # What was done with it is done, whatever becomes of the connection now.
            with contextlib.suppress(Exception):
                await pool.release(connection)

    def usage(self) -> tuple[int, int]:
        """Open and idle connections in the pool."""
        if self._pool is None:
            return 0, 0
        return self._pool.get_size(), self._pool.get_idle_size()

    def kick(self) -> None:
        """Ask the node what it is now, not at the next interval."""
        self._kicked.set()

    def distrust(self) -> None:
        """Take it for nothing until it was asked again, which is at once."""
        self.state = replace(self.state, role=None, error="being asked again")
        self._kicked.set()

    # -- watch -------------------------------------------------------------------------

    async def watch(self) -> None:
        """Probe forever; report each change of state."""
        while True:
            self._kicked.clear()
            state = await self._probe.ask() or self.state
            if state.role is None:
                self._drop_connections()
            elif state.has_schema and not self._warm:
                await self._warm_up()
            self.state = state
            self._changed(self)
            if self._probe.unsure:
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PROBE_INTERVAL_S):
                    await self._kicked.wait()

    def close(self) -> None:
        """Drop every connection."""
        self._drop_connections()

    async def _open_pool(self) -> Any:
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                **{**self._settings, "reset": keep_session},
                min_size=0,
                max_size=self._pool_size,
                max_inactive_connection_lifetime=0,
                max_queries=1_000_000_000,
            )
            await self._pool
        return self._pool

    async def _warm_up(self) -> None:
        """Best effort: what fails here fails again where somebody waits for it."""
        self._warm = True
        pool = await self._open_pool()
        wanted = min(WARM_CONNECTIONS, self._pool_size)
        opened = await asyncio.gather(
            *(pool.acquire(timeout=CONNECT_TIMEOUT_S) for _ in range(wanted)),
            return_exceptions=True,
        )
        for connection in opened:
            if isinstance(connection, BaseException):
                continue
            with contextlib.suppress(Exception):
                await connection.fetchrow(_REHEARSE, timeout=CONNECT_TIMEOUT_S)
            with contextlib.suppress(Exception):
                await pool.release(connection)

    def _drop_connections(self) -> None:
        pool, self._pool = self._pool, None
        self._warm = False
        if pool is not None:
            pool.terminate()
        # Those who still wait for a connection need not find out one by one.
        for waiting in self._waiting:
            if not waiting.expired():
                waiting.reschedule(0)
        self._probe.drop()
