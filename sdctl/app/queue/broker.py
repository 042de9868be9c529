"""Broker: one connection to whichever queue node answers, made again whenever it breaks.

Plain aiormq with a reconnect loop of our own: everything that lives on a connection
(channels, consumers) is set up anew by the same callbacks each time, so there is no second
way of recovering that could go wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import aiormq
from aiormq.abc import AbstractChannel
from aiormq.connection import Connection
from pamqp.commands import Basic

from sdctl.app.config import QUEUE_PORT, Config
from sdctl.app.logs import Log, reason
from sdctl.app.queue.broker_link import Link
from sdctl.app.queue.queues import declare_topology
from sdctl.app.tasks import is_cancelled

CONNECT_TIMEOUT_S = 3.0
SETUP_TIMEOUT_S = 5.0
PUBLISH_TIMEOUT_S = 4.0
RETRY_S = 0.3
HEARTBEAT_S = 4


class BrokerAwayError(Exception):
    """The message was not confirmed. It may have been queued all the same."""


class _QuickConnection(Connection):
    """Takes a silent node for dead after 8 s instead of 15."""

    HEARTBEAT_GRACE_MULTIPLIER = 1.6  # type: ignore[assignment]


class Broker:
    """Publishes with confirmation; tells its `on_link` callbacks about each new link."""

    def __init__(self, config: Config, log: Log) -> None:
        self._config = config
        self._log = log
        # Each replica starts at another node, so that connections spread.
        hosts = list(config.queue_hosts)
        start = random.Random(config.node_name).randrange(len(hosts)) if hosts else 0
        self._hosts = hosts[start:] + hosts[:start]
        self._on_link: list[Callable[[Link], Awaitable[None]]] = []
        self._publisher: AbstractChannel | None = None
        self._link: Link | None = None
        self._error = "not connected yet"
        self._failure = ""
        # Declaring again what is there would wait for each queue's leader, and after a node
        # died that is the very thing that is missing for a while.
        self._declared = False
        self._closing: set[asyncio.Task[None]] = set()
        self.connected = asyncio.Event()

    @property
    def present(self) -> bool:
        """Whether the stack has a queue tier at all."""
        return bool(self._hosts)

    def on_link(self, callback: Callable[[Link], Awaitable[None]]) -> None:
        """Have `callback` set up its channels on every new connection."""
        self._on_link.append(callback)

    def summary(self) -> str:
        """`ok`, or what is wrong, for people."""
        if not self._hosts:
            return "none in this stack"
        return "ok" if self.connected.is_set() else self._error

    async def run(self) -> None:
        """Stay connected until cancelled."""
        if not self._hosts:
            return
        while True:
            for host in list(self._hosts):
                await self._serve(host)
                await asyncio.sleep(RETRY_S)

    async def publish(
        self,
        body: bytes,
        properties: Basic.Properties,
        *,
        exchange: str,
        routing_key: str,
    ) -> None:
        """Publish, and return once the broker has taken it. Raises BrokerAwayError."""
        channel, link = self._publisher, self._link
        if channel is None or link is None:
            raise BrokerAwayError(self._error)
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_S):
                await channel.basic_publish(
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=True,
                )
        except TimeoutError as exc:
            # The node may be silent; another one may not be.
            self._cut(link)
            raise BrokerAwayError("no confirmation in time") from exc
        except aiormq.exceptions.PublishError as exc:
            # There is no such queue any more.
            self._declared = False
            self._cut(link)
            raise BrokerAwayError(f"nothing takes {routing_key!r}") from exc
        except (aiormq.AMQPError, OSError) as exc:
            raise BrokerAwayError(reason(exc)) from exc
        except RuntimeError as exc:  # aiormq's way of saying that the connection is gone
            raise BrokerAwayError(reason(exc)) from exc
        except asyncio.CancelledError as exc:
            if is_cancelled():
                raise
            raise BrokerAwayError("the connection was closed") from exc

    async def _serve(self, host: str) -> None:
        """One connection's life. Errors end it, and are remembered."""
        user = quote(self._config.queue_user, safe="")
        password = quote(self._config.queue_password, safe="")
        name = quote(self._config.node_name, safe="")
        connection = _QuickConnection(
            f"amqp://{user}:{password}@{host}:{QUEUE_PORT}/?heartbeat={HEARTBEAT_S}&name={name}"
        )
        link = Link(connection, host)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await connection.connect()
            async with asyncio.timeout(SETUP_TIMEOUT_S):
                await self._set_up(link)
            self._link = link
            self._log.info("queue connected", host=host)
            self.connected.set()
            self._failure = ""
            self._error = f"{host}: {await link.broken()}"
        except (Exception, asyncio.CancelledError) as exc:
            if is_cancelled():
                raise
            self._declared = self._declared and isinstance(exc, (OSError, TimeoutError))
            why = reason(exc)
            if why != self._failure:
                self._log.warning("queue connection failed", host=host, why=why)
            self._failure = why
            self._error = f"{host}: {why}"
        finally:
            if self.connected.is_set() and not is_cancelled():
                self._log.warning("queue connection lost", host=host, why=self._error)
            self.connected.clear()
            self._publisher = self._link = None
            self._cut(link)

    async def _set_up(self, link: Link) -> None:
        if not self._declared:
            # A declaration that is refused closes its channel, so it gets one of its own.
            declaring = await link.connection.channel(publisher_confirms=False)
            await declare_topology(
                declaring,
                delays_s=self._config.work_retry_delays_s,
                delivery_limit=self._config.work_delivery_limit,
            )
            await declaring.close()
            self._declared = True
        self._publisher = await link.channel(confirms=True)
        for callback in self._on_link:
            await callback(link)

    def _cut(self, link: Link) -> None:
        task = asyncio.get_running_loop().create_task(_close(link.connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(connection: Connection) -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await connection.close(aiormq.exceptions.ConnectionClosed(0, "given up"))
