"""An order that is placed twice must be there once, and each answer says which one it was."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sdctl.app.ids import new_order_id
from sdctl.app.stores.order import OrderRequest, Placed
from sdctl.app.stores.orders import Orders

MINE, ANOTHER = new_order_id(), new_order_id()


class FakeDatabase:
    """Has an order already, and says what the statement says then."""

    def __init__(self, there: uuid.UUID) -> None:
        self._there = there

    async def write(self, operation: Callable[[Any], Awaitable[Placed]], _until: float) -> Placed:
        return await operation(self)

    async def fetchrow(self, *_: object) -> dict[str, object]:
        return {"id": self._there, "created": False, "same": True}


@pytest.mark.parametrize(
    ("there", "created"),
    [(ANOTHER, False), (MINE, True)],
    ids=["of an earlier request", "of this one, whose first try ended unseen"],
)
def test_only_an_earlier_request_can_have_placed_it_before(there: uuid.UUID, created: bool) -> None:
    database: Any = FakeDatabase(there)
    wanted = OrderRequest(user_id="u", item="book", quantity=1)
    placed = asyncio.run(
        Orders(database).place(
            MINE, wanted, "key", request_id="r", traceparent="t", until=float("inf")
        )
    )
    assert placed == Placed(id=str(there), created=created, same=True)
