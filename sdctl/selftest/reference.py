"""A small order service for loopback, as a process of its own: right, or wrong on request.

``python -m sdctl.selftest.reference JSON`` prints its port. The JSON maps a kind of wrong to the
numbers of the writes it is done to (a write's number is the end of its key), so what the checkers
must report is known before anything is sent. It ends when its standard input does.

| kind | kept | answer |
|---|---|---|
| forget | no | 202 |
| twice | twice | 202 |
| refuse, refuse-kept | no, yes | 503 |
| silent, silent-kept | no, yes | none |
| hang-up-kept | yes | the connection is closed |
| broke-kept | yes | 502 |
| notified-twice, not-notified, unfinished | yes | 202; its user hears of it twice, never, not yet |
| leader-only | on the leader | 202 |
| hidden | yes | 202, and 404 to whoever reads it |
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

import httptools

Answer = tuple[int, object] | Literal["silence", "hang up"]

_NOT_KEPT = ("forget", "refuse", "silent")
_ANSWERS: Mapping[str, Answer] = {
    "refuse": (503, {"outcome": "refused"}),
    "refuse-kept": (503, {"outcome": "refused"}),
    "broke-kept": (502, {"outcome": "unknown"}),
    "silent": "silence",
    "silent-kept": "silence",
    "hang-up-kept": "hang up",
}
_NOTIFIED = {"notified-twice": 2, "not-notified": 0, "unfinished": 0}


@dataclass
class Kept:
    """What the service holds of one key."""

    id: str
    user_id: str
    item: str = ""
    count: int = 1
    status: str = "completed"
    notifications: int = 1
    replicated: bool = True
    hidden: bool = False


@dataclass
class Service:
    """The state, and the answers."""

    wrong: Mapping[int, str]
    by_key: dict[str, Kept] = field(default_factory=dict)
    by_id: dict[str, Kept] = field(default_factory=dict)
    hidden_reads: int = 0

    @classmethod
    def that_does(cls, wrong: Mapping[str, Sequence[int]]) -> Service:
        """One that does ``wrong``: a kind → the numbers of the writes it is done to."""
        return cls({number: kind for kind, numbers in wrong.items() for number in numbers})

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request's answer."""
        if method == "POST":
            return self._write(headers["idempotency-key"], body)
        if method == "DELETE":
            del self.by_key[path.rpartition("/")[2]]
            return 204, None
        if path == "/held":
            held = {key: asdict(kept) for key, kept in self.by_key.items()}
            return 200, {"held": held, "hidden_reads": self.hidden_reads}
        place, question, user = path.partition("?user_id=")
        if question:
            return 200, [asdict(kept) for kept in self.by_key.values() if kept.user_id == user]
        kept = self.by_id.get(place.rpartition("/")[2])
        if kept is not None and kept.hidden:
            self.hidden_reads += 1
        return (404, {}) if kept is None or kept.hidden else (200, asdict(kept))

    def _write(self, key: str, body: bytes) -> Answer:
        wrong = self.wrong.get(int(key.rpartition("-")[2]), "")
        written = json.loads(body)
        kept = Kept(id=f"o-{key}", user_id=written["user_id"], item=written.get("item", ""))
        kept.count = 2 if wrong == "twice" else 1
        kept.status = "accepted" if wrong == "unfinished" else "completed"
        kept.notifications = _NOTIFIED.get(wrong, 1)
        kept.replicated = wrong != "leader-only"
        kept.hidden = wrong == "hidden"
        if wrong not in _NOT_KEPT:
            self.by_key[key] = self.by_id[kept.id] = kept
        return _ANSWERS.get(wrong, (202, {"id": kept.id, "status": "accepted"}))


class _Peer(asyncio.Protocol):
    def __init__(self, service: Service) -> None:
        self._service = service

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    # called by the parser

    def on_message_begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body = b""

    def on_url(self, url: bytes) -> None:
        self._path = url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode()
        answer = self._service.answer(method, self._path, self._headers, self._body)
        if answer == "silence":
            return
        if answer == "hang up":
            self._transport.close()
            return
        status, value = cast(tuple[int, Any], answer)
        body = b"" if value is None else json.dumps(value).encode()
        head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        self._transport.write(head + body)


async def _serve(wrong: Mapping[str, Sequence[int]]) -> None:
    service = Service.that_does(wrong)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Peer(service), "127.0.0.1", 0, backlog=4096)
    try:
        # unbuffered: what cannot be written must not be tried once more at the end
        os.write(sys.stdout.fileno(), b"%d\n" % server.sockets[0].getsockname()[1])
    except BrokenPipeError:
        return  # its owner is gone already
    ended: asyncio.Future[None] = loop.create_future()
    # its owner holds the other end, and has let go of it when it is gone, however it went
    loop.add_reader(sys.stdin, ended.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await ended


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
