"""The fault `fail-messages`: a share of attempts fails on purpose, as the table `faults` says."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from sdctl.app.logs import Log, reason
from sdctl.app.stores.database import Database
from sdctl.app.stores.database_node import Row, SqlConnection
from sdctl.app.stores.outcomes import LeaderAwayError
from sdctl.app.times import iso

INTERVAL_S = 1.0
TIMEOUT_S = 2.0

_ACTIVE = """
SELECT rate, until, extract(epoch FROM until - now())::float8 AS left_s
  FROM faults WHERE kind = 'fail-messages' AND until > now()
"""


class InjectedFailureError(Exception):
    """An attempt that was made to fail."""


@dataclass(frozen=True)
class InjectedFault:
    """A share of attempts (0 … 1) that fails until `ends` (monotonic seconds)."""

    rate: float
    until: str
    ends: float


class InjectedFailures:
    """The fault as last seen in the database. It ends by itself, also without a database."""

    def __init__(
        self,
        database: Database,
        log: Log,
        *,
        draw: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._log = log
        self._draw = draw
        self._clock = clock
        self._fault: InjectedFault | None = None

    @property
    def active(self) -> InjectedFault | None:
        fault = self._fault
        return fault if fault and self._clock() < fault.ends else None

    def document(self) -> dict[str, object] | None:
        """For /stats."""
        fault = self.active
        return {"rate": fault.rate, "until": fault.until} if fault else None

    def strike(self) -> None:
        """Raise InjectedFailureError for the share of calls that the fault asks for."""
        fault = self.active
        if fault and self._draw() < fault.rate:
            raise InjectedFailureError("injected")

    async def run(self) -> None:
        """Look every second until cancelled."""
        while True:
            try:
                if self._database.readable():
                    await self._look()
            except LeaderAwayError:
                pass  # said elsewhere; what was seen last holds until its end
            except Exception as exc:
                self._log.warning("table faults not readable", why=reason(exc))
            await asyncio.sleep(INTERVAL_S)

    async def _look(self) -> None:
        async def operation(connection: SqlConnection) -> Row | None:
            return await connection.fetchrow(_ACTIVE)

        until = asyncio.get_running_loop().time() + TIMEOUT_S
        row, _ = await self._database.read_leader(operation, until)
        before = self._fault
        self._fault = (
            InjectedFault(row["rate"], iso(row["until"]), self._clock() + row["left_s"])
            if row
            else None
        )
        if (before is None) != (self._fault is None):
            self._log.warning("fault fail-messages", active=self.document())
