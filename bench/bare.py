"""The least that a load generator of this kind can cost: it sends on time, parses, counts nothing.

    python bench/bare.py URL RPS SECONDS

One connection, uvloop, httptools, sdctl's own timer. Prints JSON: requests sent, CPU seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

from sdctl.load.waker import Waker, waker


class Bare(asyncio.Protocol):
    """Sends on time; the parser reads what comes, and nobody asks it."""

    waker: Waker

    def __init__(self, data: bytes, rps: float, seconds: float) -> None:
        self._data = data
        self._rps = rps
        self._total = round(rps * seconds)
        self.sent = 0
        self.started_at = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast(asyncio.Transport, transport).write
        self._parse = httptools.HttpResponseParser(self).feed_data

    def data_received(self, data: bytes) -> None:
        self._parse(data)

    def wake(self) -> None:
        """Send what is due."""
        while (due_at := self.started_at + self.sent / self._rps) <= time.monotonic():
            if self.sent == self._total:
                self.waker.close()
                self.done.set_result(None)
                return
            self._write(self._data)
            self.sent += 1
        self.waker.at(due_at)


async def main(url: str, rps: float, seconds: float) -> None:
    """Print what it took from the first send to the last."""
    parts = urlsplit(url)
    data = f"GET {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    _, bare = await loop.create_connection(
        lambda: Bare(data, rps, seconds), parts.hostname, parts.port
    )
    cpu = time.process_time()
    bare.waker = waker(loop, bare.wake)
    bare.started_at = time.monotonic()
    bare.wake()
    await bare.done
    print(json.dumps({"sent": bare.sent, "cpu_s": time.process_time() - cpu}))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
