"""Streams: HTTP and RESP exchanges over plain TCP, each parsed by its library.

A full HTTP client costs several times as much CPU per request, and the observer asks some thirty
questions per look on a machine that it shares with everything it looks at.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import hiredis
import httptools

_CHUNK = 1 << 16
# its stub knows commands of one word only
_pack = cast("Callable[[tuple[str, ...]], bytes]", hiredis.pack_command)


class BadAnswer(Exception):
    """A node answered, but not what was asked for; the text says what."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes

    def json(self, *expected: int) -> Any:
        """The value in the body. Raises ``BadAnswer`` for a status but 200 and ``expected``."""
        if self.status not in (200, *expected):
            raise BadAnswer(f"HTTP {self.status}")
        try:
            return json.loads(self.body)
        except ValueError:
            raise BadAnswer(f"HTTP {self.status}, not JSON") from None


class TcpStream:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._kept = True

    @property
    def usable(self) -> bool:
        """False once either side has ended it."""
        return self._kept and not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        """At once."""
        self._writer.close()


class Http(TcpStream):
    """HTTP/1.1, one exchange after the other."""

    async def exchange(self, request: bytes) -> Answer:
        """Send a request, and read its answer."""
        self._writer.write(request)
        parts = _Parts()
        parser = parts.parser = httptools.HttpResponseParser(parts)
        while not parts.complete:
            data = await self._reader.read(_CHUNK)
            if not data and not parts.until_closed:
                raise ConnectionResetError("connection closed")
            try:
                parser.feed_data(data)
            except httptools.HttpParserError as error:
                raise BadAnswer(f"no HTTP: {error}") from None
            parts.complete = parts.complete or not data
        self._kept = parts.keep_alive
        return Answer(parser.get_status_code(), b"".join(parts.body))


class _Parts:
    """What the parser calls."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.body: list[bytes] = []
        self.complete = False
        self.keep_alive = False
        self.until_closed = False
        """The body has no length: it ends with the connection (Patroni's does)."""
        self._sized = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._sized = self._sized or name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self.until_closed = not self._sized
        # after the message the parser has forgotten it
        self.keep_alive = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        self.complete = True


def http_request(
    host: str, path: str, body: bytes | None = None, authorization: str | None = None
) -> bytes:
    """Pure: the bytes of a GET, or of a POST of JSON."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: {host}"]
    if authorization is not None:
        lines.append(f"Authorization: {authorization}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class Resp(TcpStream):
    """Redis' protocol, pipelined."""

    async def exchange(self, commands: tuple[tuple[str, ...], ...]) -> list[Any]:
        """Send all commands at once; their replies as text. Raises ``BadAnswer`` for an error."""
        self._writer.write(b"".join(_pack(command) for command in commands))
        parser = hiredis.Reader(encoding="utf-8", errors="replace")
        replies: list[Any] = []
        while len(replies) < len(commands):
            data = await self._reader.read(_CHUNK)
            if not data:
                raise ConnectionResetError("connection closed")
            parser.feed(data)
            try:
                while (reply := parser.gets()) is not False:
                    if isinstance(reply, hiredis.HiredisError):
                        raise reply
                    replies.append(reply)
            except hiredis.HiredisError as error:
                raise BadAnswer(str(error)) from None
        return replies
