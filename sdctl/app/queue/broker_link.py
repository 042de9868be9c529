"""One live connection to the broker and its channels."""

from __future__ import annotations

import asyncio

from aiormq.abc import AbstractChannel
from aiormq.channel import Channel
from aiormq.connection import Connection

from sdctl.app.logs import reason

CHECK_S = 1.0


class Link:
    """Gone with the first of them that closes."""

    def __init__(self, connection: Connection, host: str) -> None:
        self.connection = connection
        self.host = host
        self._channels: list[AbstractChannel] = []
        self._consumers: list[tuple[AbstractChannel, str]] = []

    async def channel(self, *, confirms: bool) -> AbstractChannel:
        channel = await self.connection.channel(publisher_confirms=confirms)
        self._channels.append(channel)
        return channel

    def expect_consumer(self, channel: AbstractChannel, tag: str) -> None:
        """The link is only good while this consumer is; a broker may cancel one silently."""
        self._consumers.append((channel, tag))

    async def broken(self) -> str:
        """Wait until something closes; says what."""
        closings = [self.connection.closing, *(channel.closing for channel in self._channels)]
        while True:
            done, _ = await asyncio.wait(
                closings, timeout=CHECK_S, return_when=asyncio.FIRST_COMPLETED
            )
            for future in done:
                exc = None if future.cancelled() else future.exception()
                if exc is None or isinstance(exc, asyncio.CancelledError):
                    return "no answer"
                return reason(exc)
            for channel, tag in self._consumers:
                if isinstance(channel, Channel) and tag not in channel.consumers:
                    return "the broker cancelled the consumer"
