"""A probe that asks one database server what it is right now, over a connection of its own.

Roles are what nodes say, never what was configured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from sdctl.app.logs import reason

PROBE_TIMEOUT_S = 1.0
PROBE_INTERVAL_S = 0.5
# A machine short of CPU misses one probe; a node that misses two in a row is taken as silent.
SILENT_PROBES = 2


@dataclass(frozen=True)
class NodeState:
    """What a node said last. `role` None: it does not answer, and `error` says how.

    `lsn`: the last WAL position written (leader) or replayed (follower), in bytes.
    """

    role: str | None
    error: str = "not asked yet"
    timeline: int = 0
    lsn: int = 0
    has_schema: bool = False


_PROBE = """
SELECT recovering,
       CASE WHEN recovering THEN 0
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int8
       END AS timeline,
       coalesce(CASE WHEN recovering THEN pg_last_wal_replay_lsn()
                     ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn, 0)::int8 AS lsn,
       to_regclass('schema_version') IS NOT NULL AS has_schema
  FROM (SELECT pg_is_in_recovery() AS recovering) AS node
"""


class RoleProbe:
    """One server, asked over a connection that is kept. `settings`: those of asyncpg.connect."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._connection: Any = None
        self._silent = 0

    @property
    def unsure(self) -> bool:
        """Silent once, and not yet taken for silent: to be asked again at once."""
        return 0 < self._silent < SILENT_PROBES

    async def ask(self) -> NodeState | None:
        """What the server says, within PROBE_TIMEOUT_S; None: unsure, so as it was."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                state = await self._read()
        except Exception as exc:
            self.drop()
            timed_out = isinstance(exc, TimeoutError) and time.monotonic() - started > 0.5
            self._silent = self._silent + 1 if timed_out else SILENT_PROBES
            if self.unsure:
                return None
            return NodeState(None, "no answer" if timed_out else reason(exc))
        self._silent = 0
        return state

    def drop(self) -> None:
        """Close its connection; the next question opens one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _read(self) -> NodeState:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**self._settings)
        try:
            row = await self._connection.fetchrow(_PROBE)
        except (asyncpg.ConnectionDoesNotExistError, asyncpg.InternalClientError):
            # The old connection broke, or its server ended it while it was idle; whether the
            # node is well is for a new one to say.
            self.drop()
            self._connection = await asyncpg.connect(**self._settings)
            row = await self._connection.fetchrow(_PROBE)
        return NodeState(
            "follower" if row["recovering"] else "leader",
            error="",
            timeline=row["timeline"],
            lsn=row["lsn"],
            has_schema=row["has_schema"],
        )
