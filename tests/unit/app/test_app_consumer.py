"""A worker must settle every message that comes, a few at a time, and acknowledge them together."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from app_configs import SMALLEST
from pamqp.commands import Basic

from sdctl.app.ids import new_order_id
from sdctl.app.logs import Log
from sdctl.app.queue.consumer import Consumer
from sdctl.app.queue.settlement import SETTLED_AT_ONCE
from sdctl.app.queue.work import Work
from sdctl.app.stores.injected_faults import InjectedFailureError
from sdctl.app.stores.order import Settled

CONFIG = SMALLEST
PATIENCE_S = 5.0


class FakeOrders:
    """The database's part: takes a moment, and knows how many are in it at once."""

    def __init__(self, was: str = "accepted") -> None:
        self.settled: list[str] = []
        self.inside = self.most = 0
        self._was = was

    async def settle(
        self, order_id: object, status: str, _until: float, *, replayed: bool
    ) -> Settled:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0.01)
        self.inside -= 1
        self.settled.append(f"{order_id} {status}")
        ends = self._was == "accepted" or (replayed and status == "completed")
        return Settled(was=self._was, user_id="u" if ends else None)


class FakeBroker:
    """A link with one channel, and what that channel was told."""

    is_closed = False

    def __init__(self) -> None:
        self.set_up: Callable[[Any], Awaitable[None]]
        self.received: Callable[[Any], Awaitable[None]]
        self.acks: list[tuple[int, bool]] = []

    def on_link(self, callback: Callable[[Any], Awaitable[None]]) -> None:
        self.set_up = callback

    async def channel(self, *, confirms: bool) -> FakeBroker:
        assert not confirms
        return self

    def expect_consumer(self, _channel: object, _tag: str) -> None:
        """A link's part."""

    async def basic_qos(self, prefetch_count: int) -> None:
        assert prefetch_count == CONFIG.work_prefetch

    async def basic_consume(
        self, _queue: str, received: Callable[[Any], Awaitable[None]], no_ack: bool
    ) -> SimpleNamespace:
        assert not no_ack
        self.received = received
        return SimpleNamespace(consumer_tag="t")

    async def basic_cancel(self, _tag: str, nowait: bool) -> None:
        assert nowait

    async def basic_ack(self, tag: int, multiple: bool, wait: bool) -> None:
        assert not wait
        self.acks.append((tag, multiple))


def delivery(tag: int) -> Any:
    work = Work(
        order_id=str(new_order_id()),
        user_id="u",
        item="pen",
        quantity=1,
        request_id="request",
        traceparent="",
        app_id="app-1",
    )
    return SimpleNamespace(
        body=work.body(),
        header=SimpleNamespace(properties=work.properties()),
        delivery=Basic.Deliver("t", tag, False, "orders", "work"),
    )


def test_those_of_a_turn_must_be_settled_a_few_at_a_time_and_acknowledged_together() -> None:
    count = CONFIG.work_prefetch // 2 - 1

    async def nothing(*_: object) -> None:
        """The cache's part."""

    async def scenario() -> tuple[FakeBroker, FakeOrders]:
        broker: Any = FakeBroker()
        orders: Any = FakeOrders()
        none: Any = SimpleNamespace(
            invalidate=nothing, send=lambda _: None, strike=lambda **_: None, amount=lambda _: 0.0
        )
        consumer = Consumer(config=CONFIG, orders=orders, cache=none, broker=broker,
                            inbox_notices=none, faults=none, log=Log())  # fmt: skip
        await broker.set_up(broker)
        for tag in range(1, count + 1):
            await broker.received(delivery(tag))
        assert consumer.in_flight == count
        async with asyncio.timeout(PATIENCE_S):
            while consumer.in_flight:
                await asyncio.sleep(0.01)
        assert broker.acks == []
        acknowledging = asyncio.create_task(consumer.run())
        async with asyncio.timeout(PATIENCE_S):
            while not broker.acks:
                await asyncio.sleep(0.01)
        acknowledging.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await acknowledging
        await broker.received(delivery(count + 1))
        await consumer.stop(PATIENCE_S)
        assert consumer.counts["processed"] == count + 1
        return broker, orders

    broker, orders = asyncio.run(scenario())
    assert broker.acks == [(count, True), (count + 1, True)]
    assert len(set(orders.settled)) == count + 1
    assert orders.most == SETTLED_AT_ONCE


def test_a_failed_attempt_must_be_a_warning_that_tells_which_why_and_when_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    published: list[str] = []

    async def publish(
        _body: bytes, _properties: object, *, exchange: str, routing_key: str
    ) -> None:
        published.append(exchange or routing_key)

    async def scenario() -> Counter[str]:
        orders: Any = FakeOrders()
        broker: Any = FakeBroker()
        broker.publish = publish

        def strike(*, first: bool, why: str) -> None:
            raise InjectedFailureError("injected")

        async def invalidate(_key: str) -> None:
            """The cache's part."""

        none: Any = SimpleNamespace(strike=strike, invalidate=invalidate, send=lambda _: None)
        config = replace(CONFIG, work_max_attempts=2, work_retry_delays_s=(1.0,))
        consumer = Consumer(config=config, orders=orders, cache=none, broker=broker,
                            inbox_notices=none, faults=none, log=Log())  # fmt: skip
        await broker.set_up(broker)
        await broker.received(delivery(1))
        last = delivery(2)
        last.header.properties.headers["x-attempt"] = 2
        await broker.received(last)
        async with asyncio.timeout(PATIENCE_S):
            while consumer.in_flight:
                await asyncio.sleep(0.01)
        return consumer.counts

    with caplog.at_level("INFO", "sdctl"):
        counts = asyncio.run(scenario())
    assert (counts["failed"], counts["retried"], counts["dead"]) == (2, 1, 1)
    assert sorted((record.levelname, record.message) for record in caplog.records) == [
        ("WARNING", "attempt 1 of 2 failed: injected; again in 1 s"),
        ("WARNING", "attempt 2 of 2 failed: injected; it is a dead letter now"),
    ]
    assert published == ["orders.retry.1000ms", "orders.dead"]


@pytest.mark.parametrize(("replayed", "letters"), [(0, ["orders.dead"]), (1, [])])
def test_an_order_that_failed_must_be_completed_only_when_its_letter_is_replayed(
    replayed: int, letters: list[str]
) -> None:
    """A message whose last attempt was given back comes again: its user was told that it failed."""
    published: list[str] = []

    async def publish(
        _body: bytes, _properties: object, *, exchange: str, routing_key: str
    ) -> None:
        published.append(exchange or routing_key)

    async def nothing(*_: object) -> None:
        """The cache's part."""

    async def scenario() -> Counter[str]:
        broker: Any = FakeBroker()
        broker.publish = publish
        orders: Any = FakeOrders(was="failed")
        none: Any = SimpleNamespace(
            invalidate=nothing, send=lambda _: None, strike=lambda **_: None, amount=lambda _: 0.0
        )
        consumer = Consumer(config=replace(CONFIG, work_max_attempts=2, work_retry_delays_s=(1.0,)),
                            orders=orders, cache=none, broker=broker, inbox_notices=none,
                            faults=none, log=Log())  # fmt: skip
        await broker.set_up(broker)
        again = delivery(1)
        again.header.properties.headers["x-attempt"] = 2
        again.header.properties.headers["x-replayed"] = replayed
        await broker.received(again)
        async with asyncio.timeout(PATIENCE_S):
            while consumer.in_flight:
                await asyncio.sleep(0.01)
        return consumer.counts

    counts = asyncio.run(scenario())
    assert published == letters
    assert counts["processed"] == replayed
