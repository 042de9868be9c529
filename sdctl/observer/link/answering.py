"""What the helper says to whoever measures: it sends back each datagram, tells whom it heard, sends
to its peers so that they can tell whether they hear it, and sends on a connection as fast as the
link takes it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from sdctl.observer.link.orders import PORT

HELLO, WHO, HOW_MUCH = b"sdctl hello", b"sdctl who", b"sdctl how much"
"""A peer's datagram, which is counted; the questions whom it heard, and what the node's interfaces
have carried. All else is sent back."""
_DEVICES = Path("/proc/self/net/dev")
_CLOSED = 9
"""A port that is closed on every node (discard, RFC 863): the node's kernel counts what comes."""
_CALL_S, _CALL_EVERY_S = 60.0, 0.1
_LONGEST_S = 60.0
_BUFFER = 1024**2


class Answering:
    """In threads of its own."""

    def __init__(self, peers: Mapping[str, tuple[str, ...]], over: Callable[[], bool]) -> None:
        self._peers = peers
        self._over = over
        self._heard: Counter[str] = Counter()
        self._datagrams = _shared(socket.SOCK_DGRAM)
        self._datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._connections = _shared(socket.SOCK_STREAM)
        self._connections.listen()

    def start(self, *, calls: bool) -> None:
        """Both, and the calls to peers: only where a way is cut, as a peer counts what comes, and
        cannot tell which helper of several it is from."""
        for work in (self._answer, self._accept, *([self._call] if calls else [])):
            threading.Thread(target=work, daemon=True).start()

    def _answer(self) -> None:
        while True:
            data, sender = self._datagrams.recvfrom(2048)
            if data.startswith(HELLO):
                self._heard[sender[0]] += 1
                continue
            questions = {WHO: self._who, HOW_MUCH: carried}
            answer = json.dumps(questions[data]()).encode() if data in questions else data
            with suppress(OSError):
                self._datagrams.sendto(answer, sender)

    def _who(self) -> dict[str, int]:
        """By peer, how many of its datagrams came."""
        return {
            name: sum(self._heard[address] for address in addresses)
            for name, addresses in self._peers.items()
        }

    def _call(self) -> None:
        """Every peer, again and again, for as long as a measurement may take to begin."""
        caller = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end = time.monotonic() + _CALL_S
        while time.monotonic() < end and not self._over():
            for addresses in self._peers.values():
                for address in addresses[:1]:
                    with suppress(OSError):  # also a refusal of an earlier one
                        caller.sendto(HELLO, (address, _CLOSED))
            time.sleep(_CALL_EVERY_S)

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
