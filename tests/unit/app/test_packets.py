"""What the service and the load generator expect of their event loop."""

from __future__ import annotations

import asyncio
import socket

import uvloop


def test_head_and_body_must_leave_as_one_packet() -> None:
    """Two would cost the service, both balancers and the client more CPU time for each request. So
    what is written within one turn of the loop leaves at its end, in one piece."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    def left() -> bytes:
        try:
            return theirs.recv(100)
        except BlockingIOError:
            return b""

    async def answer() -> tuple[bytes, bytes]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        transport.write(b"head ")
        transport.write(b"body")
        at_once = left()
        transport.close()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return at_once, left()

    with theirs, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(answer()) == (b"", b"head body")
