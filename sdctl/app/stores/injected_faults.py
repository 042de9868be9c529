"""Faults that the service does to itself, as the table `faults` says: attempts that fail, work and
statements that take longer. Each has its end beside it, so it ends also without a database."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sdctl.app.contract import (
    ACTIVE_FAULTS,
    FAIL_MESSAGES,
    FAIL_MESSAGES_FOR_GOOD,
    INJECTED,
    SLOW_QUERIES,
)
from sdctl.app.logs import Log, reason
from sdctl.app.stores.database import Database
from sdctl.app.stores.outcomes import LeaderAwayError
from sdctl.app.stores.sql_connection import Row, SqlConnection
from sdctl.app.times import iso

INTERVAL_S = 1.0
TIMEOUT_S = 4.0
"""More than a statement may be made to take."""

FOR_GOOD = f"{INJECTED}, at every attempt"
"""Why an attempt fails whose message fails at all of them: the message carries it on."""


class InjectedFailureError(Exception):
    """An attempt that was made to fail."""


@dataclass(frozen=True)
class InjectedFault:
    """How much of it (a share, or seconds), until `ends` (monotonic seconds)."""

    amount: float
    until: str
    ends: float


class InjectedFaults:
    """The faults as last seen in the database, by kind."""

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
        self._faults: Mapping[str, InjectedFault] = {}
        database.slowed_s = lambda: self.amount(SLOW_QUERIES)

    @property
    def active(self) -> Mapping[str, InjectedFault]:
        """Those that are on, by kind."""
        now = self._clock()
        return {kind: fault for kind, fault in self._faults.items() if now < fault.ends}

    def amount(self, kind: str) -> float:
        """How much of a fault there is now; 0: it is not on."""
        fault = self._faults.get(kind)
        return fault.amount if fault and self._clock() < fault.ends else 0.0

    def document(self) -> dict[str, object]:
        """For /stats."""
        return {
            kind: {"amount": fault.amount, "until": fault.until}
            for kind, fault in self.active.items()
        }

    def strike(self, *, first: bool, why: str) -> None:
        """Raise InjectedFailureError for the share of attempts that a fault asks for. `first`: it
        is its message's first attempt; `why`: why the attempt before it failed."""
        if why == FOR_GOOD:  # also when the fault is over by now
            raise InjectedFailureError(FOR_GOOD)
        if first and self._draw() < self.amount(FAIL_MESSAGES_FOR_GOOD):
            raise InjectedFailureError(FOR_GOOD)
        if self._draw() < self.amount(FAIL_MESSAGES):
            raise InjectedFailureError(INJECTED)

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
        async def operation(connection: SqlConnection) -> list[Row]:
            return await connection.fetch(ACTIVE_FAULTS)

        until = asyncio.get_running_loop().time() + TIMEOUT_S
        rows, _ = await self._database.read_leader(operation, until)
        before, now = self._faults.keys(), self._clock()
        self._faults = {
            row["kind"]: InjectedFault(row["amount"], iso(row["until"]), now + row["left_s"])
            for row in rows
        }
        if before != self._faults.keys():
            self._log.warning("injected faults", active=self.document())
