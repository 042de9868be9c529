"""Consumer: takes work messages, does the work, and decides what follows a failure."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from sdctl.app.config import Config
from sdctl.app.contract import DEAD_EXCHANGE, SLOW_CONSUMER, WORK_QUEUE
from sdctl.app.ids import parse_uuid
from sdctl.app.logs import Log, reason
from sdctl.app.queue.acks import Acks
from sdctl.app.queue.broker import Broker, BrokerAwayError
from sdctl.app.queue.broker_link import Link
from sdctl.app.queue.inbox_notices import InboxNoticeSender
from sdctl.app.queue.queues import delay_after_failure, retry_queue
from sdctl.app.queue.settlement import Settlement
from sdctl.app.queue.turns import Turns
from sdctl.app.queue.work import MalformedMessageError, Work, parse_work
from sdctl.app.stores.cache import Cache
from sdctl.app.stores.injected_faults import InjectedFailureError, InjectedFaults
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.outcomes import LeaderAwayError, OutcomeUnknownError
from sdctl.app.window import Window


class WorkFailedError(Exception):
    """The attempt failed, for a reason that lies in the message or the work."""


class Consumer:
    """Processes messages from `orders.work`, up to the prefetch count at a time.

    `counts`: processed, failed (attempts), retried, dead, duplicates.
    """

    def __init__(
        self,
        *,
        config: Config,
        orders: Orders,
        cache: Cache,
        broker: Broker,
        inbox_notices: InboxNoticeSender,
        faults: InjectedFaults,
        log: Log,
    ) -> None:
        self._config = config
        self._settlement = Settlement(orders, cache, inbox_notices)
        self._broker = broker
        self._faults = faults
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = Turns()
        self._acks: Acks | None = None
        self._tag = ""
        self.counts: Counter[str] = Counter()
        self.window = Window()
        broker.on_link(self._set_up)

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    async def run(self) -> None:
        """Acknowledge what is done, in turns, until cancelled."""
        while True:
            await self._turns.next()
            if self._acks is not None:
                await self._acks.tell()

    async def stop(self, timeout_s: float) -> None:
        """Take no more messages, and finish those begun, for so long."""
        acks = self._acks
        if acks is not None and not acks.channel.is_closed:
            try:
                async with asyncio.timeout(1.0):
                    await acks.channel.basic_cancel(self._tag, nowait=True)
            except Exception as exc:
                self._log.warning("consumer not cancelled", why=reason(exc))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        if acks is not None and not acks.channel.is_closed:
            await acks.tell()

    async def _set_up(self, link: Link) -> None:
        channel = await link.channel(confirms=False)
        prefetch = self._config.work_prefetch
        await channel.basic_qos(prefetch_count=prefetch)
        acks = Acks(channel, prefetch, self._turns, self._log)

        async def received(message: DeliveredMessage) -> None:
            assert isinstance(message.delivery, Basic.Deliver)
            tag = message.delivery.delivery_tag or 0
            acks.began(tag)
            # A task of our own: aiormq cancels its tasks when the connection breaks, and
            # a transaction must not be cut short by that.
            task = asyncio.get_running_loop().create_task(self._handle(acks, tag, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        answer = await channel.basic_consume(WORK_QUEUE, received, no_ack=False)
        self._acks, self._tag = acks, str(answer.consumer_tag)
        link.expect_consumer(channel, self._tag)

    async def _handle(self, acks: Acks, tag: int, message: DeliveredMessage) -> None:
        """One delivery, from parsing to its acknowledgement."""
        try:
            work = parse_work(message.body, message.header.properties)
        except MalformedMessageError as exc:
            # Nothing can be kept of it, so the broker moves it, as it is.
            self._log.error("message rejected", why=reason(exc))
            self.counts["dead"] += 1
            await acks.reject(tag)
            return
        began = time.time()
        try:
            await self._attempt(work)
            self._log.request(
                f"order completed, attempt {work.attempt}",
                began=began,
                request_id=work.request_id,
                order_id=work.order_id,
                took_ms=round((time.time() - began) * 1000, 1),
            )
        except (LeaderAwayError, OutcomeUnknownError) as exc:
            self._log.warning("message given back", order_id=work.order_id, why=reason(exc))
            await acks.give_back(tag)
            return
        except Exception as exc:
            expected = isinstance(exc, (WorkFailedError, InjectedFailureError))
            error = str(exc) if expected else f"{type(exc).__name__}: {reason(exc)}"
            if not expected:
                self._log.error("attempt broke", exc=exc, order_id=work.order_id)
            if not await self._after_failure(work, error):
                await acks.give_back(tag)
                return
        await acks.done(tag)

    async def _attempt(self, work: Work) -> None:
        """Do the work once. Raises WorkFailedError, InjectedFailureError, or what broke."""
        self._faults.strike(first=work.attempt == 1, why=work.failure.get("x-error", ""))
        order_id = parse_uuid(work.order_id)
        if order_id is None:
            raise WorkFailedError(f"{work.order_id!r} is no order id")
        took_s = self._config.work_ms / 1000 + self._faults.amount(SLOW_CONSUMER)
        if took_s:
            await asyncio.sleep(took_s)
        was = await self._settle(order_id, "completed", replayed=work.replayed > 0)
        if was is None:
            raise WorkFailedError(f"order {order_id} is not in the database")
        if was == "failed" and not work.replayed:
            # its user was told so: it is a dead letter, and completed only when that is replayed
            raise WorkFailedError(f"order {order_id} has failed for good already")
        self.counts["processed"] += 1
        self.window.add()

    async def _settle(
        self, order_id: uuid.UUID, status: str, *, replayed: bool = False
    ) -> str | None:
        """Set the status. What it was before; None: there is no such order."""
        settled = await self._settlement.settle(order_id, status, replayed=replayed)
        if settled.user_id is None:
            self.counts["duplicates"] += settled.was is not None
        return settled.was

    async def _after_failure(self, work: Work, error: str) -> bool:
        """Publish the message to where it waits next; False: it could not be."""
        failed = work.failed(error, self._config.node_name)
        attempts = self._config.work_max_attempts
        delay = delay_after_failure(work.attempt, attempts, self._config.work_retry_delays_s)
        self.counts["failed"] += 1
        try:
            if delay is None:
                order_id = parse_uuid(work.order_id)
                if order_id is not None:
                    await self._settle(order_id, "failed")
                # Published rather than rejected: so it carries the error that ended it.
                await self._publish(failed, exchange=DEAD_EXCHANGE, routing_key="")
            else:
                queue = retry_queue(delay)
                await self._publish(failed.next_attempt(), exchange="", routing_key=queue)
        except (BrokerAwayError, LeaderAwayError, OutcomeUnknownError) as exc:
            self._log.warning("message not moved on", order_id=work.order_id, why=reason(exc))
            return False
        self.counts["dead" if delay is None else "retried"] += 1
        then = "it is a dead letter now" if delay is None else f"again in {delay:g} s"
        self._log.warning(
            f"attempt {work.attempt} of {attempts} failed: {error}; {then}",
            order_id=work.order_id,
            request_id=work.request_id,
        )
        return True

    async def _publish(self, work: Work, *, exchange: str, routing_key: str) -> None:
        await self._broker.publish(
            work.body(), work.properties(), exchange=exchange, routing_key=routing_key
        )
