"""Relay: publishes what the outbox holds, then forgets it.

Woken after each commit of its own process, and by a sweep for what a crashed replica left.
A row is deleted in a transaction that commits only after the broker's confirmation, so a
message is published at least once; the workers make twice the same as once.
"""

from __future__ import annotations

import asyncio
import contextlib

from sdctl.app.contract import WORK_EXCHANGE, WORK_KEY
from sdctl.app.logs import Log, reason
from sdctl.app.queue.broker import Broker, BrokerAwayError
from sdctl.app.queue.turns import Turns
from sdctl.app.queue.work import Work
from sdctl.app.stores.database import Database
from sdctl.app.stores.outcomes import LeaderAwayError
from sdctl.app.stores.sql_connection import Row

BATCH = 200
SWEEP_S = 1.0
TIMEOUT_S = 10.0
RETRY_S = 0.2

# A delete that is lost in a crash only means a duplicate, so it need not wait for the disk
# or for a synchronous follower.
_BEGIN = "BEGIN; SET LOCAL synchronous_commit = off"
_TAKE = """
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, order_id::text AS order_id, user_id, item, quantity, request_id, traceparent
"""


class Relay:
    """Moves rows from the outbox to the queue."""

    def __init__(self, database: Database, broker: Broker, log: Log, node: str) -> None:
        self._database = database
        self._broker = broker
        self._log = log
        self._node = node
        self._turns = Turns()
        self._failing: str | None = None
        self.published = 0

    def wake(self) -> None:
        """There is a new row."""
        self._turns.ask()

    async def run(self) -> None:
        """Move rows until cancelled. A stack without a queue keeps them."""
        if not self._broker.present:
            return
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S):
                    await self._turns.next()
            await self._broker.connected.wait()
            try:
                while await self._move() == BATCH:
                    pass
            except Exception as exc:
                await self._pause_after(exc)
                continue
            if self._failing:
                self._log.info("outbox flows again", was=self._failing)
                self._failing = None

    async def _move(self) -> int:
        """One batch; returns how many rows it had."""
        until = asyncio.get_running_loop().time() + TIMEOUT_S
        async with self._database.session(until) as connection:
            await connection.execute(_BEGIN)
            rows = await connection.fetch(_TAKE, BATCH)
            if rows:
                rows.sort(key=lambda row: int(row["id"]))
                async with asyncio.TaskGroup() as group:
                    for row in rows:
                        group.create_task(self._publish(row))
            await connection.execute("COMMIT")
        self.published += len(rows)
        return len(rows)

    async def _publish(self, row: Row) -> None:
        work = Work(
            order_id=row["order_id"],
            user_id=row["user_id"],
            item=row["item"],
            quantity=row["quantity"],
            request_id=row["request_id"],
            traceparent=row["traceparent"],
            app_id=self._node,
        )
        await self._broker.publish(
            work.body(), work.properties(), exchange=WORK_EXCHANGE, routing_key=WORK_KEY
        )

    async def _pause_after(self, exc: BaseException) -> None:
        while isinstance(exc, BaseExceptionGroup):
            exc = exc.exceptions[0]
        why = reason(exc)
        if self._failing is None:
            known = isinstance(exc, (LeaderAwayError, BrokerAwayError, OSError))
            self._log.warning("outbox waits", why=why, kind=type(exc).__name__ if not known else "")
        self._failing = why
        await asyncio.sleep(RETRY_S)
