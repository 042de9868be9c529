"""Notices that a user's inbox has something new. Workers send them; replicas with streams get them.

A notice may be lost without harm: the inbox in the database is the truth, and streams look
there every few seconds anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator

import aiormq
import orjson
from aiormq.abc import AbstractChannel, DeliveredMessage

from sdctl.app.config import Config
from sdctl.app.contract import HINTS_EXCHANGE
from sdctl.app.queue.broker import Broker
from sdctl.app.queue.broker_link import Link
from sdctl.app.queue.turns import Turns

TIMEOUT_S = 2.0
RENEW_S = 10.0


class InboxNoticeSender:
    """The workers' side."""

    def __init__(self, broker: Broker) -> None:
        self._channel: AbstractChannel | None = None
        self._users: set[str] = set()
        self._turns = Turns()
        broker.on_link(self._set_up)

    def send(self, user_id: str) -> None:
        """Have the user's streams look into the inbox, soon."""
        self._users.add(user_id)
        self._turns.ask()

    async def run(self) -> None:
        while True:
            await self._turns.next()
            users, self._users = self._users, set()
            channel = self._channel
            if channel is None or channel.is_closed:
                continue
            with contextlib.suppress(aiormq.AMQPError, OSError, RuntimeError, TimeoutError):
                async with asyncio.timeout(TIMEOUT_S):
                    await channel.basic_publish(
                        orjson.dumps({"users": sorted(users)}), exchange=HINTS_EXCHANGE
                    )

    async def _set_up(self, link: Link) -> None:
        self._channel = await link.channel(confirms=False)


class InboxNoticeReceiver:
    """A replica's side: wakes the streams of the users that a notice names."""

    def __init__(self, broker: Broker, config: Config) -> None:
        self._node = config.node_name
        self._queue: tuple[AbstractChannel, str] | None = None
        self._streams: dict[str, set[asyncio.Event]] = {}
        broker.on_link(self._set_up)

    @contextlib.contextmanager
    def listening(self, user_id: str, wake: asyncio.Event) -> Iterator[None]:
        """Set `wake` on each notice for the user, as long as the context lasts."""
        events = self._streams.setdefault(user_id, set())
        events.add(wake)
        try:
            yield
        finally:
            events.discard(wake)
            if not events:
                self._streams.pop(user_id, None)

    @property
    def streams(self) -> int:
        return sum(len(events) for events in self._streams.values())

    def wake_all(self) -> None:
        """Have every stream look: notices may have been missed, or the process is ending."""
        for events in self._streams.values():
            for event in events:
                event.set()

    async def run(self) -> None:
        """Renew the binding now and then: a broker that was cut off may have forgotten it."""
        while True:
            await asyncio.sleep(RENEW_S)
            channel, name = self._queue or (None, "")
            if channel is None or channel.is_closed:
                continue
            # Where the queue is gone too, this closes the channel, and thereby the link.
            with contextlib.suppress(aiormq.AMQPError, OSError, RuntimeError, TimeoutError):
                async with asyncio.timeout(TIMEOUT_S):
                    await channel.queue_bind(name, HINTS_EXCHANGE)

    async def _set_up(self, link: Link) -> None:
        channel = await link.channel(confirms=False)
        name = f"notifications.{self._node}.{os.urandom(4).hex()}"
        await channel.queue_declare(name, exclusive=True, auto_delete=True)
        await channel.queue_bind(name, HINTS_EXCHANGE)
        tag = await channel.basic_consume(name, self._received, no_ack=True)
        link.expect_consumer(channel, str(tag.consumer_tag))
        self._queue = channel, name
        self.wake_all()

    async def _received(self, message: DeliveredMessage) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            for user_id in orjson.loads(message.body)["users"]:
                for event in self._streams.get(user_id, ()):
                    event.set()
