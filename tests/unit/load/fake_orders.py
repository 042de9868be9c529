"""A small order service on loopback: in a thread of the test, or a process that can be frozen."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httptools

Answer = tuple[int, object] | bytes | None
"""Status and JSON value; raw bytes after which the connection is closed; or silence."""
Behave = Callable[[str, str, dict[str, str], bytes], Answer]


class OrderService:
    """Answers as the reference service does, unless ``behave`` says otherwise."""

    def __init__(self) -> None:
        self.behave: Behave = self.orders
        self.keep_alive = True
        self.url = ""
        self.port = 0
        self.orders_by_id: dict[str, dict[str, object]] = {}
        self.ids_by_key: dict[str, str] = {}
        self.seen: Counter[str] = Counter()
        self.last_headers: dict[str, str] = {}
        self.connections = 0
        self.most_at_once = 0
        self._numbers = itertools.count(1)

    def orders(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.seen[f"{method} {path.partition('?')[0]}"] += 1
        self.last_headers = headers
        if method == "POST":
            key = headers["idempotency-key"]
            if key not in self.ids_by_key:
                order_id = f"o-{next(self._numbers):08d}"
                self.ids_by_key[key] = order_id
                self.orders_by_id[order_id] = json.loads(body)
            return 202, {"id": self.ids_by_key[key], "status": "accepted"}
        if "?" in path:
            user = path.partition("?user_id=")[2]
            newest_first = sorted(self.orders_by_id.items(), reverse=True)
            mine = [
                {"id": order_id, **order}
                for order_id, order in newest_first
                if order["user_id"] == user
            ]
            return 200, mine[:20]
        order = self.orders_by_id.get(path.rpartition("/")[2])
        return (404, {"title": "not found"}) if order is None else (200, order)

    @contextmanager
    def in_thread(self) -> Iterator[OrderService]:
        listener = self.listen()
        loop = asyncio.new_event_loop()
        serving = threading.Event()
        thread = threading.Thread(target=self._serve, args=(loop, listener, serving))
        thread.start()
        # a stop that comes before the loop runs for good would be forgotten
        serving.wait()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def listen(self) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return listener

    def _serve(
        self, loop: asyncio.AbstractEventLoop, listener: socket.socket, serving: threading.Event
    ) -> None:
        transports: set[asyncio.Transport] = set()
        server = loop.run_until_complete(
            loop.create_server(lambda: _Peer(self, transports), sock=listener)
        )
        loop.call_soon(serving.set)
        loop.run_forever()
        loop.run_until_complete(_all_gone(transports))
        server.close()
        loop.close()


async def _all_gone(transports: set[asyncio.Transport]) -> None:
    """End all connections. Who is being let in has a transport only in a while, and if the server
    closed before that, asyncio would forget the socket without closing it."""
    while transports or len(asyncio.all_tasks()) > 1:
        for transport in list(transports):
            transport.abort()
        await asyncio.sleep(0)


class _Peer(asyncio.Protocol):
    def __init__(self, service: OrderService, transports: set[asyncio.Transport]) -> None:
        self._service = service
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._transports.add(transport)
        self._service.connections += 1
        self._service.most_at_once = max(self._service.most_at_once, len(self._transports))
        self._parser = httptools.HttpRequestParser(self)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transports.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def _begin(self) -> None:
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
        answer = self._service.behave(method, self._path, self._headers, self._body)
        self._begin()
        if isinstance(answer, bytes):
            self._transport.write(answer)
            self._transport.close()
        elif answer is not None:
            status, value = answer
            body = json.dumps(value).encode()
            close = b"" if self._service.keep_alive else b"Connection: close\r\n"
            self._transport.write(
                b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n%b"
                % (status, close, len(body), body)
            )
            if close:
                self._transport.close()


def main() -> None:
    service = OrderService()
    listener = service.listen()
    print(service.port, flush=True)
    service._serve(asyncio.new_event_loop(), listener, threading.Event())


if __name__ == "__main__":
    main()
