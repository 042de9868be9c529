"""Who settles an order must leave no older answer of it behind, whoever settled it first."""

from __future__ import annotations

import asyncio
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from sdctl.app.ids import new_order_id
from sdctl.app.queue.settlement import Settlement
from sdctl.app.stores.order import Settled
from sdctl.app.stores.order_view import cache_key

ORDER = new_order_id()


@pytest.mark.parametrize(
    ("found", "forgotten", "told"),
    [
        (Settled(was="accepted", user_id="u"), [cache_key(ORDER)], ["u"]),
        # by a worker that died before it told the cache, or by a try whose end nobody saw
        (Settled(was="completed", user_id=None), [cache_key(ORDER)], []),
        (Settled(was=None, user_id=None), [], []),
    ],
)
def test_an_order_that_is_settled_must_be_forgotten_by_the_cache(
    found: Settled, forgotten: list[str], told: list[str]
) -> None:
    said: list[str] = []
    seen: list[str] = []

    async def settle(_id: uuid.UUID, _status: str, _until: float, *, replayed: bool) -> Settled:
        return found

    async def invalidate(key: str) -> None:
        seen.append(key)

    orders: Any = SimpleNamespace(settle=settle)
    cache: Any = SimpleNamespace(invalidate=invalidate)
    notices: Any = SimpleNamespace(send=said.append)
    settlement = Settlement(orders, cache, notices)
    assert asyncio.run(settlement.settle(ORDER, "completed", replayed=False)) == found
    assert (seen, said) == (forgotten, told)
