"""What the helper says to whoever measures its node's link: it sends back each datagram, tells what
the node's interfaces have carried, and sends on a connection as fast as the link takes it."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from sdctl.observer.link.instructions import PORT

HOW_MUCH = b"sdctl how much"
"""The question what the node's interfaces have carried. All else is sent back."""
_DEVICES = Path("/proc/self/net/dev")
_LONGEST_S = 60.0
_BUFFER = 1024**2


class Answering:
    """In threads of its own."""

    def __init__(self) -> None:
        self._datagrams = _shared(socket.SOCK_DGRAM)
        self._datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._connections = _shared(socket.SOCK_STREAM)
        self._connections.listen()

    def start(self) -> None:
        """Until the helper ends."""
        for work in (self._answer, self._accept):
            threading.Thread(target=work, daemon=True).start()

    def _answer(self) -> None:
        while True:
            data, sender = self._datagrams.recvfrom(2048)
            answer = json.dumps(carried()).encode() if data == HOW_MUCH else data
            with suppress(OSError):
                self._datagrams.sendto(answer, sender)

    def _accept(self) -> None:
        while True:
            connection, _ = self._connections.accept()
            threading.Thread(target=_pour, args=(connection,), daemon=True).start()


def carried() -> dict[str, float]:
    """What the node's interfaces have sent by now, as the kernel counts it: bytes and packets, and
    when that was."""
    lines = [line.split(":") for line in _DEVICES.read_text().splitlines()[2:]]
    counts = [list(map(int, rest.split())) for name, rest in lines if name.strip() != "lo"]
    return {"at": time.monotonic(), "bytes": sum(count[8] for count in counts),
            "packets": sum(count[9] for count in counts)}  # fmt: skip


def _pour(connection: socket.socket) -> None:
    """Until the other end has enough."""
    end = time.monotonic() + _LONGEST_S
    with connection, suppress(OSError):
        connection.settimeout(5.0)
        while time.monotonic() < end:
            connection.sendall(bytes(16_384))


def _shared(kind: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("0.0.0.0", PORT))  # inside the node's namespace
    return made
