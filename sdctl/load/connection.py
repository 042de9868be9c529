"""One HTTP/1.1 connection, with one request in flight at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import httptools

from sdctl.workloads.workload import Request

if TYPE_CHECKING:
    from sdctl.load.client import Client


class Exchange:
    """One request on its way, and when. Moments are of ``time.monotonic()``."""

    __slots__ = ("connection", "data", "due_at", "fired_at", "open", "request", "sent_at")

    def __init__(self, request: Request, data: bytes, due_at: float, fired_at: float) -> None:
        self.request = request
        self.data = data
        self.due_at = due_at
        """When the schedule wanted it sent."""
        self.fired_at = fired_at
        """When the generator got round to it."""
        self.sent_at = 0.0
        """When it left; 0 while it waits for a connection."""
        self.connection: Connection | None = None
        self.open = True
        """False once it has an answer or an error."""


class Connection(asyncio.Protocol):
    """Reads answers with llhttp; hands each to its client."""

    __slots__ = (
        "_body", "_client", "_keep_body", "_parser", "_transport", "closed", "exchange",
        "idle_since",
    )  # fmt: skip

    def __init__(self, client: Client) -> None:
        self._client = client
        self.exchange: Exchange | None = None
        self.closed = False
        self.idle_since = 0.0
        self._body = b""
        self._keep_body = False

    def send(self, exchange: Exchange, now: float) -> None:
        """Write the request; nothing else may be in flight."""
        self.exchange = exchange
        exchange.connection = self
        exchange.sent_at = now
        request = exchange.request
        self._keep_body = request.kind == "write" or bool(request.shows)
        self._transport.write(exchange.data)

    def drop(self) -> None:
        """Close at once; what was in flight is no longer this connection's."""
        self.closed = True
        self.exchange = None
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        if self.exchange is None:
            # an answer to nothing, such as a proxy's 408 on an idle connection
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            exchange = self.exchange
            self.drop()
            if exchange is not None:
                self._client.broken(exchange, "protocol")

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        exchange, self.exchange = self.exchange, None
        self._client.lost(self)
        if exchange is not None:
            self._client.broken(exchange, "reset")

    # from here on: called by the parser, and only with a request in flight

    def on_body(self, body: bytes) -> None:
        if self._keep_body:
            self._body += body

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        exchange = self.exchange
        if status < 200 or exchange is None:
            return
        body, self._body = self._body, b""
        self.exchange = None
        self._client.answered(self, exchange, status, body, self._parser.should_keep_alive())
