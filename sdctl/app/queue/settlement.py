"""Settlement: an order's new status is written into the database, and those who wait are told.

A database that is away is no failure of the message: the message is held, unacknowledged
and uncounted, until there is a leader. So a failover burns neither attempts nor deliveries.
"""

from __future__ import annotations

import asyncio
import uuid

from sdctl.app.queue.inbox_notices import InboxNoticeSender
from sdctl.app.stores.cache import Cache
from sdctl.app.stores.order import Settled
from sdctl.app.stores.order_view import cache_key
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.outcomes import LeaderAwayError, OutcomeUnknownError

# Well under RabbitMQ's own limit for an acknowledgement (30 min).
HOLD_S = 600.0
SETTLE_TIMEOUT_S = 20.0
# Messages come several at a time. All in the database at once, they would stand before every
# request that is answered meanwhile; one by one, each would wait for the followers alone.
SETTLED_AT_ONCE = 4


class Settlement:
    """Settles a few orders at once; the others wait for their turn."""

    def __init__(self, orders: Orders, cache: Cache, inbox_notices: InboxNoticeSender) -> None:
        self._orders = orders
        self._cache = cache
        self._inbox_notices = inbox_notices
        self._seats = asyncio.Semaphore(SETTLED_AT_ONCE)

    async def settle(self, order_id: uuid.UUID, status: str, *, replayed: bool) -> Settled:
        """Set the status, held back for as long as the database is away. Raises
        ``LeaderAwayError`` or ``OutcomeUnknownError`` after ``HOLD_S``."""
        now = asyncio.get_running_loop().time
        give_up = now() + HOLD_S
        while True:
            try:
                async with self._seats:
                    settled = await self._orders.settle(
                        order_id,
                        status,
                        min(give_up, now() + SETTLE_TIMEOUT_S),
                        replayed=replayed,
                    )
                break
            except (LeaderAwayError, OutcomeUnknownError):
                if now() >= give_up:
                    raise
        if settled.was is not None:
            # also where it was settled before: whoever did it may have died before this
            await self._cache.invalidate(cache_key(order_id))
        if settled.user_id is not None:
            self._inbox_notices.send(settled.user_id)
        return settled
