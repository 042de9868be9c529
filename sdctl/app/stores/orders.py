"""The orders in the database, and the way of each from accepted to completed or failed."""

from __future__ import annotations

import asyncio
import contextlib
import uuid

from sdctl.app.stores.database import Database
from sdctl.app.stores.order import Order, OrderRequest, Placed, Settled
from sdctl.app.stores.outcomes import LeaderAwayError
from sdctl.app.stores.replicated import READ_ATTEMPT_S
from sdctl.app.stores.sql_connection import Row, SqlConnection

# One statement, so one round trip and one transaction: the order, its outbox row, and,
# where the key or the id is known already, the order that has it.
_PLACE = """
WITH placed AS (
    INSERT INTO orders (id, user_id, item, quantity, idempotency_key)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id
), boxed AS (
    INSERT INTO outbox (order_id, user_id, item, quantity, request_id, traceparent)
    SELECT id, $2, $3, $4, $6, $7 FROM placed
)
SELECT id, true AS created, true AS same FROM placed
UNION ALL
SELECT id, false, (user_id, item, quantity) = ($2, $3, $4) FROM orders
 WHERE (id = $1 OR idempotency_key = $5) AND NOT EXISTS (SELECT FROM placed)
"""

_SELECT = "SELECT id::text AS id, user_id, item, quantity, status FROM orders WHERE "
_GET = _SELECT + "id = $1"
_NEWEST = _SELECT + "user_id = $1 ORDER BY orders.id DESC LIMIT $2"
_NEWEST_BEFORE = _SELECT + "user_id = $1 AND id < $3 ORDER BY orders.id DESC LIMIT $2"

# The inbox row is locked until the commit, so a user's sequence numbers become visible in
# their order, and nobody who has read up to N can miss one below N.
_SETTLE = """
WITH settled AS (
    UPDATE orders SET status = $2, changed_at = now(){mark}
     WHERE id = $1 AND status = ANY ($3::text[]) RETURNING id, user_id
), numbered AS (
    INSERT INTO inboxes AS inbox (user_id, last_seq) SELECT user_id, 1 FROM settled
    ON CONFLICT (user_id) DO UPDATE SET last_seq = inbox.last_seq + 1
    RETURNING user_id, last_seq
), told AS (
    INSERT INTO notifications (user_id, seq, order_id, kind)
    SELECT user_id, last_seq, $1, $4 FROM numbered
    ON CONFLICT (order_id, kind) DO NOTHING
)
SELECT (SELECT status FROM orders WHERE id = $1) AS was,
       (SELECT user_id FROM settled) AS user_id
"""

# A replayed order may still be completed after it failed, and its row says that it was replayed:
# only then its user is told both. Completed is the end.
_FIRST = _SETTLE.format(mark=""), ["accepted"]
_AGAIN = _SETTLE.format(mark=", replayed = true"), ["accepted", "failed"]


class Orders:
    """The orders in the database. Deadlines are loop times."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(
        self,
        order_id: uuid.UUID,
        request: OrderRequest,
        key: str | None,
        *,
        request_id: str,
        traceparent: str,
        until: float,
    ) -> Placed:
        """Accept an order and box its message, or find the one that has the key.

        Raises LeaderAwayError (surely not accepted) or OutcomeUnknownError.
        """
        wanted = (request.user_id, request.item, request.quantity)

        async def operation(connection: SqlConnection) -> Placed:
            # No row: the key was taken by a transaction that ended after our snapshot was
            # made. The next statement sees it.
            row: Row | None = None
            while row is None:
                row = await connection.fetchrow(
                    _PLACE, order_id, *wanted, key, request_id, traceparent
                )
            # One with our own id was placed by an earlier try of ours, whose end was not seen.
            created = row["created"] or row["id"] == order_id
            return Placed(id=str(row["id"]), created=created, same=row["same"])

        return await self._database.write(operation, until)

    async def get(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
        """The order and the node it was read from, preferably a follower.

        Only the leader can tell that there is no such order; what a follower does not have
        may only not have arrived there yet. Raises NoReadableNodeError, also where that
        cannot be told.
        """

        async def operation(connection: SqlConnection) -> Row | None:
            return await connection.fetchrow(_GET, order_id)

        row, node = await self._database.read(operation, until, accept=lambda row: row is not None)
        return (Order(**row) if row else None), node

    async def get_newest(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
        """The order as the leader has it. Raises LeaderAwayError."""

        async def operation(connection: SqlConnection) -> Row | None:
            return await connection.fetchrow(_GET, order_id)

        row, node = await self._database.read_leader(operation, until)
        return (Order(**row) if row else None), node

    async def of_user(
        self, user_id: str, limit: int, before: uuid.UUID | None, until: float
    ) -> tuple[list[Order], str]:
        """A user's orders, newest first, those older than `before`; and the node read from.

        The newest are read from the leader, since a user looks there for what they have just
        placed; from a follower, which may not have it yet, only while no leader answers.
        Raises NoReadableNodeError.
        """

        async def operation(connection: SqlConnection) -> list[Row]:
            if before is None:
                return await connection.fetch(_NEWEST, user_id, limit)
            return await connection.fetch(_NEWEST_BEFORE, user_id, limit, before)

        if before is None:
            soon = min(until, asyncio.get_running_loop().time() + READ_ATTEMPT_S)
            with contextlib.suppress(LeaderAwayError):
                rows, node = await self._database.read_leader(operation, soon)
                return [Order(**row) for row in rows], node
        rows, node = await self._database.read(operation, until)
        return [Order(**row) for row in rows], node

    async def settle(
        self, order_id: uuid.UUID, status: str, until: float, *, replayed: bool = False
    ) -> Settled:
        """Set `completed` or `failed` and notify the user, once however often it is asked.
        `replayed`: its message was a dead letter before, so an order that failed may be completed.

        Waits for a leader. Raises LeaderAwayError or OutcomeUnknownError after `until`;
        either way it is safe to ask again.
        """
        statement, before = _AGAIN if replayed and status == "completed" else _FIRST

        async def operation(connection: SqlConnection) -> Settled:
            row = await connection.fetchrow(statement, order_id, status, before, f"order.{status}")
            assert row is not None
            return Settled(was=row["was"], user_id=row["user_id"])

        return await self._database.write(operation, until, wait=True)
