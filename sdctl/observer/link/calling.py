"""Who reaches whom, while a fault cuts ways off. The helper calls its node's peers, and counts the
calls of theirs. Each call says whose it is, and of which fault; each fault has a port of its own.
So of several faults at once each measures its own ways."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import Counter
from contextlib import suppress

from sdctl.observer.link.instructions import HelperInstructions, call_port

CALL, WHO = b"sdctl call", b"sdctl who"
"""Begin a measurement: forget who was heard, and call every peer for a while. And the question who
was heard since."""
_CALL_S, _EVERY_S = 60.0, 0.1
"""For as long as it may take to ask every peer, also on a machine that is full."""


def hello(fault: str, node: str) -> bytes:
    """A call of a node."""
    return f"sdctl hello {fault} {node}".encode()


class Calling:
    """In a thread of its own."""

    def __init__(self, instructions: HelperInstructions) -> None:
        self._peers = instructions.peers
        self._port = call_port(instructions.fault)
        self._call = hello(instructions.fault, instructions.node)
        self._callers = {hello(instructions.fault, peer): peer for peer in instructions.peers}
        self._heard = Counter[str]()
        self._until = 0.0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("0.0.0.0", self._port))  # inside the node's namespace

    def start(self) -> None:
        """Until the helper ends."""
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            if time.monotonic() < self._until:
                self._call_all()
            next_call = time.monotonic() + _EVERY_S
            while (left := next_call - time.monotonic()) > 0:
                if select.select([self._socket], [], [], left)[0]:
                    self._take(*self._socket.recvfrom(2048))

    def _call_all(self) -> None:
        for address, *_ in self._peers.values():
            with suppress(OSError):
                self._socket.sendto(self._call, (address, self._port))

    def _take(self, data: bytes, sender: tuple[str, int]) -> None:
        if data in self._callers:
            self._heard[self._callers[data]] += 1
            return
        if data == CALL:
            self._heard.clear()
            self._until = time.monotonic() + _CALL_S
        answer = {peer: self._heard[peer] for peer in self._peers}
        with suppress(OSError):
            self._socket.sendto(json.dumps(answer).encode(), sender)
