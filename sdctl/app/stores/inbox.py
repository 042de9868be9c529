"""Inbox: what a user was told, in order, until the user acknowledges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sdctl.app.stores.database import Database
from sdctl.app.stores.sql_connection import Row, SqlConnection
from sdctl.app.times import iso

PAGE = 200

# `after` beyond what was ever given out is cut to that: it may stem from before a failover
# that lost the user's last numbers, and the next ones must not be taken for read.
_READ = """
WITH inbox AS (
    SELECT acked_seq, last_seq, greatest(acked_seq, least($2::bigint, last_seq)) AS start
      FROM inboxes WHERE user_id = $1
)
SELECT start, last_seq, n.seq, n.order_id::text AS order_id, n.kind, n.at
  FROM inbox LEFT JOIN LATERAL (
       SELECT seq, order_id, kind, at FROM notifications
        WHERE user_id = $1 AND seq > inbox.start ORDER BY seq LIMIT $3) AS n ON true
 ORDER BY n.seq
"""
_ACKNOWLEDGE = """
UPDATE inboxes SET acked_seq = least($2::bigint, last_seq)
 WHERE user_id = $1 AND acked_seq < least($2::bigint, last_seq)
"""


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One thing that a user was told. `id` grows by user; `at` is ISO 8601, UTC."""

    id: int
    order_id: str
    kind: str
    at: str

    def document(self) -> dict[str, Any]:
        return {"id": self.id, "order_id": self.order_id, "kind": self.kind, "at": self.at}


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """Notifications after `start`, oldest first."""

    start: int
    notifications: list[Notification]

    @property
    def last_id(self) -> int:
        """Where to go on from."""
        return self.notifications[-1].id if self.notifications else self.start


class Inbox:
    """The users' inboxes in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acknowledge(self, user_id: str, up_to: int, until: float) -> None:
        """Never send again what has an id up to `up_to`. Raises as Database.write."""

        async def operation(connection: SqlConnection) -> None:
            await connection.execute(_ACKNOWLEDGE, user_id, up_to)

        await self._database.write(operation, until)

    async def after(self, user_id: str, seq: int, until: float, limit: int = PAGE) -> InboxPage:
        """What came after `seq` and is not acknowledged, as the leader has it; while there
        is none, as a follower has it, which may miss the newest.

        Raises NoReadableNodeError or LeaderAwayError.
        """

        async def operation(connection: SqlConnection) -> list[Row]:
            return await connection.fetch(_READ, user_id, seq, limit)

        read = self._database.read if self._database.leader is None else self._database.read_leader
        rows, node = await read(operation, until)
        start = int(rows[0]["start"]) if rows else 0
        leader = self._database.leader
        if leader is None or leader.name != node:
            # A follower that is behind must not make the reader go back.
            start = max(start, seq)
        return InboxPage(
            start=start,
            notifications=[
                Notification(
                    id=row["seq"], order_id=row["order_id"], kind=row["kind"], at=iso(row["at"])
                )
                for row in rows
                if row["seq"] is not None
            ],
        )
