"""What the service and the load generator expect of their event loop."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

import uvloop


class Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"h" * 150)
        self._transport.write(b"b" * 100)


def _packets(port: int) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"?")
        packets = received = 0
        while received < 250:
            received += len(client.recv(1000))
            packets += 1
    return packets


def test_head_and_body_must_leave_as_one_packet() -> None:
    """Two would cost the service, both balancers and the client more CPU time for each request."""

    async def asked() -> list[int]:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return [await asyncio.to_thread(_packets, port) for _ in range(5)]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(asked()) == [1] * 5
