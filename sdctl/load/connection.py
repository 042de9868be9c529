"""One HTTP/1.1 connection, with one request in flight at a time."""

from __future__ import annotations

import asyncio
import socket
from typing import Protocol, cast

import httptools

from sdctl.judge.outcome import Error
from sdctl.load.answer_head import Malformed, read_head, tells_why
from sdctl.load.exchange import Exchange
from sdctl.load.lenient_reader import LenientReader
from sdctl.workloads.workload import Request

_REMEMBERED = 262_144
"""Bytes of an answer kept to read it once more. An oddity shows in its head or first chunk."""
_LARGE = 65_536
"""A request that may still be on its way when its answer is there."""


class Owner(Protocol):
    """Who opened a connection, and is told what becomes of it."""

    def answered(
        self, connection: Connection, exchange: Exchange, status: int, body: bytes, keep: bool
    ) -> None:
        """An answer is complete; the connection can be used again if ``keep``."""

    def broken(self, exchange: Exchange, error: Error) -> None:
        """The connection ended before the answer did."""

    def unheard(self, exchange: Exchange) -> None:
        """A connection that had been kept ended without a byte of this answer."""

    def lost(self, connection: Connection) -> None:
        """A connection is closed."""


class Connection(asyncio.Protocol):
    """Reads answers with llhttp, or with the lenient reader; hands each to its client."""

    __slots__ = (
        "_body",
        "_client",
        "_early",
        "_keep",
        "_keep_body",
        "_lenient",
        "_parser",
        "_reset",
        "_status",
        "_transport",
        "closed",
        "exchange",
        "idle_since",
        "keep_alive",
    )  # fmt: skip

    def __init__(self, client: Owner) -> None:
        self._client = client
        self.exchange: Exchange | None = None
        self.closed = False
        self._reset = False
        """Its end came as an error, which the loop passes on as a plain end."""
        self.idle_since = 0.0
        self.keep_alive = False
        """It has carried an answer or was idle, so that the server may be about to close it."""
        self._status = 0
        """Of an answer that is whole; else 0."""
        self._keep = False
        self._body = b""
        self._keep_body = False
        self._early = b""
        """What came so far of an answer that is not whole."""
        self._lenient: LenientReader | None = None
        """Reads every answer since one was odd."""

    def send(self, exchange: Exchange, now: float) -> None:
        """Write the request; nothing else may be in flight."""
        self.exchange = exchange
        exchange.connection = self
        # its time runs on when it is sent once more
        exchange.sent_at = exchange.sent_at or now
        request = exchange.request
        self._keep_body = request.kind == "write" or bool(request.shows)
        if request.method == b"HEAD" or self._lenient is not None:
            self._begin_leniently(request)
        self._transport.write(exchange.data)

    def drop(self) -> None:
        """Close at once; what was in flight is no longer this connection's."""
        self.exchange = None
        if not self.closed:
            self.closed = True
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        if self.exchange is None:
            # an answer to nothing, such as a proxy's 408 on an idle connection
            self.drop()
            return
        if self._lenient is not None:
            self._read_leniently(self._lenient, data)
            return
        if not self._early and not data.startswith(b"HTTP/1."):
            # the parser also takes RTSP, and versions of HTTP that are not spoken like this one
            self._read_once_more(self.exchange.request, data)
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._status:
                self._keep = False  # the answer is whole, and what follows it is not HTTP
            else:
                self._read_once_more(self.exchange.request, data)
                return
        if self._status:
            self._answered(self.exchange)
        elif len(self._early) < _REMEMBERED:
            self._early += data

    def eof_received(self) -> None:
        # libuv takes a reset after half a read for an end; the kernel still has the error
        link: socket.socket = self._transport.get_extra_info("socket")
        self._reset = link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0
        if self.exchange is None:
            # the loop says only later that it is lost; nothing may be sent in between
            self.closed = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        exchange, self.exchange = self.exchange, None
        self._client.lost(self)
        if exchange is None:
            return
        if exc is None and not self._reset and self._ends_here(exchange.request):
            self._keep = False
            self._answered(exchange)
        elif self.keep_alive and not self._heard:
            self._client.unheard(exchange)
        else:
            self._client.broken(exchange, "reset")

    def _answered(self, exchange: Exchange) -> None:
        status, self._status = self._status, 0
        body, self._body = self._body, b""
        self._early = b""
        self.exchange = None
        self.keep_alive = True
        if len(exchange.data) > _LARGE and self._transport.get_write_buffer_size():
            self._keep = False  # answered before it was read, so the rest would be in the way
        self._client.answered(self, exchange, status, body, self._keep)

    @property
    def _heard(self) -> bool:
        return bool(self._early) or (self._lenient is not None and self._lenient.heard)

    def _ends_here(self, request: Request) -> bool:
        """Whether the end of the connection is the end of the answer (RFC 9112, 6.3)."""
        if self._lenient is not None:
            whole = self._lenient.end()
            self._status, self._body = self._lenient.status, self._lenient.body
            return whole
        try:
            head = read_head(self._early, request.method)
        except Malformed:
            return False
        if head is None or head.ends != "close":
            return False
        self._status = head.status
        return True

    # what llhttp does not take

    def _begin_leniently(self, request: Request) -> LenientReader:
        if self._lenient is None:
            self._lenient = LenientReader()
        self._lenient.begin(request.method, keep_body=self._keep_body)
        return self._lenient

    def _read_once_more(self, request: Request, data: bytes) -> None:
        if len(self._early) >= _REMEMBERED:
            self._fail()
            return
        early, self._early, self._body = self._early, b"", b""
        self._read_leniently(self._begin_leniently(request), early + data)

    def _read_leniently(self, reader: LenientReader, data: bytes) -> None:
        try:
            reader.feed(data)
        except Malformed:
            self._fail()
            return
        if reader.status and self.exchange is not None:
            self._status, self._body, self._keep = reader.status, reader.body, reader.keep
            self._answered(self.exchange)

    def _fail(self) -> None:
        exchange = self.exchange
        self.drop()
        if exchange is not None:
            self._client.broken(exchange, "protocol")

    # from here on: called by the parser, and only with a request in flight

    def on_message_begin(self) -> None:
        if self._status:
            self._keep = False  # a second answer to one request

    def on_body(self, body: bytes) -> None:
        if self._keep_body or tells_why(self._parser.get_status_code(), len(self._body)):
            self._body += body

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 100:
            raise Malformed("no status")
        if status >= 200 and not self._status:
            self._status = status
            self._keep = self._parser.should_keep_alive()
