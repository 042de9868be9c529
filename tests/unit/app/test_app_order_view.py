"""Reads through the cache must be fresh after a write, and must not stampede."""

import asyncio
import gc
import uuid
from typing import Any

from sdctl.app.stores.cache import TOMBSTONE
from sdctl.app.stores.order import Order
from sdctl.app.stores.order_view import OrderView, View
from sdctl.app.stores.outcomes import LeaderAwayError

ID = uuid.uuid4()
ORDER = Order(id=str(ID), user_id="u", item="book", quantity=1, status="accepted")


class Store:
    """A cache that works, as far as OrderView can tell."""

    def __init__(self, values: dict[str, bytes] | None = None, *, answers: bool = True) -> None:
        self.present = True
        self.values = values or {}
        self.answers = answers

    async def get(self, key: str) -> bytes | None:
        return self.values.get(key) if self.answers else None

    async def lock(self, key: str, ttl_s: float) -> bool | None:
        if not self.answers:
            return None
        taken = key in self.values
        self.values.setdefault(key, b"1")
        return not taken

    async def unlock(self, key: str) -> None:
        self.values.pop(key, None)

    async def replace(self, key: str, tombstone: bytes, value: bytes) -> bool:
        if self.values.get(key) != tombstone:
            return False
        self.values[key] = value
        return True

    async def fill(self, key: str, value: bytes) -> bool:
        if not self.answers or key in self.values:
            return False
        self.values[key] = value
        return True


class Rows:
    """The orders, with a leader or without."""

    def __init__(self, order: Order | None = ORDER, *, leader: bool = True) -> None:
        self.order = order
        self.leader = leader
        self.asked: list[str] = []

    async def get(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
        self.asked.append("any")
        await asyncio.sleep(0)
        return self.order, "postgres-2"

    async def get_newest(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
        self.asked.append("leader")
        if not self.leader:
            raise LeaderAwayError("none")
        return self.order, "postgres-1"


def read(rows: Any, store: Any, times: int = 1) -> list[View]:
    async def run() -> list[View]:
        view = OrderView(rows, store)
        return await asyncio.gather(*(view.get(ID, 1e9) for _ in range(times)))

    return asyncio.run(run())


def test_a_cached_order_must_be_answered_without_the_database() -> None:
    rows = Rows()
    (view,) = read(rows, Store({f"order:{ID}": b"{}"}))
    assert (view.body, view.hit, rows.asked) == (b"{}", True, [])


def test_a_miss_must_fill_the_cache() -> None:
    store = Store()
    (view,) = read(Rows(), store)
    assert (view.hit, view.node) == (False, "postgres-2")
    assert store.values[f"order:{ID}"] == view.body


def test_many_misses_at_once_must_be_one_query() -> None:
    rows = Rows()
    views = read(rows, Store(), times=50)
    assert rows.asked == ["any"]
    assert len({view.body for view in views}) == 1


def test_a_tombstone_must_be_read_from_the_leader_once_and_be_replaced() -> None:
    rows, store = Rows(), Store({f"order:{ID}": TOMBSTONE + b"1"})
    (view,) = read(rows, store)
    assert (view.node, rows.asked) == ("postgres-1", ["leader"])
    assert store.values == {f"order:{ID}": view.body}


def test_a_later_tombstone_must_not_be_replaced_by_an_earlier_read() -> None:
    store = Store({f"order:{ID}": TOMBSTONE + b"1"})

    class Slow(Rows):
        async def get_newest(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
            answer = await super().get_newest(order_id, until)
            store.values[f"order:{ID}"] = TOMBSTONE + b"2"  # another write, meanwhile
            return answer

    read(Slow(), store)
    assert store.values == {f"order:{ID}": TOMBSTONE + b"2"}


def test_a_tombstone_without_a_leader_must_be_read_from_a_follower() -> None:
    rows = Rows(leader=False)
    (view,) = read(rows, Store({f"order:{ID}": TOMBSTONE}))
    assert (view.node, rows.asked) == ("postgres-2", ["leader", "any"])


def test_an_order_that_does_not_exist_must_not_be_cached() -> None:
    store = Store()
    (view,) = read(Rows(order=None), store)
    assert view.body is None
    assert store.values == {}


def test_a_dead_cache_must_be_a_miss() -> None:
    (view,) = read(Rows(), Store(answers=False))
    assert view.body is not None
    assert not view.hit


def test_a_lock_whose_holder_vanished_must_not_keep_a_reader_waiting() -> None:
    rows = Rows()
    (view,) = read(rows, Store({f"lock:order:{ID}": b"1"}))
    assert rows.asked == ["any"]
    assert view.body is not None


def test_a_read_that_fails_after_all_gave_up_must_be_nobodys_stray_error() -> None:
    class Failing(Rows):
        async def get(self, order_id: uuid.UUID, until: float) -> tuple[Order | None, str]:
            await asyncio.sleep(0.01)
            raise ConnectionError("gone")

    stray: list[Any] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: stray.append(context))
        asked = asyncio.ensure_future(OrderView(Failing(), Store()).get(ID, 1e9))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.sleep(0.03)
        gc.collect()

    asyncio.run(run())
    assert stray == []
