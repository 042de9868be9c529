"""OrderView: an order as GET answers it: from the cache, else from the database.

    cached          → answer it                                           X-Cache: hit
    tombstone       → just changed: read from the leader, which replaces   X-Cache: miss
                      this very tombstone and no later one
    absent          → one reader in the whole stack asks the database and fills the cache;
                      the others wait for that value, at most WAIT_S
    no cache answer → read from the database

An order that does not exist is not cached: it may be about to.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson

from sdctl.app.stores.cache import FILL_WITHIN_S, Cache, is_tombstone
from sdctl.app.stores.order import Order
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.outcomes import LeaderAwayError

LOCK_S = 1.0
WAIT_S = 0.3
POLL_S = 0.02


def cache_key(order_id: uuid.UUID) -> str:
    return f"order:{order_id}"


def encode(order: Order) -> bytes:
    """The order as JSON."""
    return orjson.dumps(order.__dict__)


@dataclass(frozen=True)
class View:
    """An answer: JSON (None: no such order), and the database node it came from, if any."""

    body: bytes | None
    node: str | None

    @property
    def hit(self) -> bool:
        return self.node is None


class OrderView:
    """Reads orders through the cache."""

    def __init__(self, orders: Orders, cache: Cache) -> None:
        self._orders = orders
        self._cache = cache
        self._flights: dict[str, asyncio.Task[View]] = {}
        self.hits = 0
        self.misses = 0

    async def get(self, order_id: uuid.UUID, until: float) -> View:
        """Answer the order. Raises NoReadableNodeError."""
        key = cache_key(order_id)
        cached = await self._cache.get(key) if self._cache.present else None
        if cached is not None and not is_tombstone(cached):
            self.hits += 1
            return View(cached, None)
        if cached is not None:
            # named by the tombstone: who has seen a later one does not share an earlier read
            flight = key + cached.decode()
            view = await self._join(flight, lambda: self._newest(order_id, key, cached, until))
        else:
            view = await self._join(key, lambda: self._load(order_id, key, until))
        if view.hit:
            self.hits += 1
        else:
            self.misses += 1
        return view

    async def _join(self, name: str, start: Callable[[], Awaitable[View]]) -> View:
        """Let all who ask for the same thing at the same time share one answer."""
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.ensure_future(_run(start))
            self._flights[name] = flight
            flight.add_done_callback(lambda done: self._landed(name, done))
        # Shielded: the one who started it may give up, the others still want it.
        return await asyncio.shield(flight)

    def _landed(self, name: str, flight: asyncio.Task[View]) -> None:
        self._flights.pop(name, None)
        if not flight.cancelled():
            flight.exception()  # seen, also when all who wanted it have given up

    async def _newest(self, order_id: uuid.UUID, key: str, tombstone: bytes, until: float) -> View:
        try:
            order, node = await self._orders.get_newest(order_id, until)
        except LeaderAwayError:
            # An order as a follower has it is better than none, but not to be kept.
            order, node = await self._orders.get(order_id, until)
            return View(encode(order) if order else None, node)
        body = encode(order) if order else None
        if body is not None:
            await self._cache.replace(key, tombstone, body)
        return View(body, node)

    async def _load(self, order_id: uuid.UUID, key: str, until: float) -> View:
        lock = f"lock:{key}"
        mine = await self._cache.lock(lock, LOCK_S) if self._cache.present else None
        if mine is False:
            value = await self._await_value(key)
            if value is not None:
                return View(value, None)
        started = asyncio.get_running_loop().time()
        order, node = await self._orders.get(order_id, until)
        body = encode(order) if order else None
        filled = False
        # Too late a fill could be older than a tombstone that has come and gone meanwhile.
        in_time = asyncio.get_running_loop().time() - started <= FILL_WITHIN_S
        if body is not None and mine is not None and in_time:
            filled = await self._cache.fill(key, body)
        if mine and not filled:
            await self._cache.unlock(lock)
        return View(body, node)

    async def _await_value(self, key: str) -> bytes | None:
        """Poll for the value that another replica is loading."""
        now = asyncio.get_running_loop().time
        deadline = now() + WAIT_S
        while now() < deadline:
            await asyncio.sleep(POLL_S)
            value = await self._cache.get(key)
            if value is not None:
                return None if is_tombstone(value) else value
        return None


async def _run(start: Callable[[], Awaitable[View]]) -> View:
    return await start()
