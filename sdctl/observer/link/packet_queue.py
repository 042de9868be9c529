"""Packets that wait for our word: `linux/netfilter/nfnetlink_queue.h`."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sdctl.observer.link import netlink
from sdctl.observer.link.netlink import attribute, number

_QUEUE = 3  # NFNL_SUBSYS_QUEUE
_PACKET, _VERDICT, _CONFIG = 0, 1, 2
_BIND, _COPY_PACKET = 1, 2
_HEAD = 20
"""Of each packet so much is shown: its header."""
_MOST = 65_536
_JOINED = 4
_FROM_NETWORK = 1
"""The hook's number: NF_INET_LOCAL_IN."""
_FIRST, _LAST = 100, 1_000
DROP, ACCEPT = 0, 1


@dataclass(frozen=True)
class Packet:
    """One that waits."""

    id: int
    length: int
    """Bytes, with its IP header."""
    comes: bool
    """Whether it came from the network, rather than goes there."""


class PacketQueue:
    """The first free queue of this namespace. ``whole``: what the kernel has joined to one packet
    stays one; otherwise every packet is as long as it is on a wire."""

    def __init__(self, *, whole: bool) -> None:
        self.socket = netlink.connect()
        self.number = self._bind()
        copy = attribute(2, struct.pack("!IB", _HEAD, _COPY_PACKET))
        self._configure(self.number, copy)
        self._configure(self.number, number(3, _MOST))
        if whole:
            self._configure(self.number, number(4, _JOINED) + number(5, _JOINED))
        self.socket.setblocking(False)

    def waiting(self) -> Iterator[Packet]:
        """Those that have come since."""
        while True:
            try:
                data = self.socket.recv(1 << 18)
            except BlockingIOError:
                return
            for kind, body in netlink.messages(data):
                if kind != (_QUEUE << 8) | _PACKET:
                    continue
                found = netlink.attributes(body)
                packet, _, hook = struct.unpack_from("!IHB", found[1])
                (length,) = struct.unpack_from("!H", found.get(10, bytes(4)), 2)
                yield Packet(packet, length, hook == _FROM_NETWORK)

    def decide(self, packet: int, verdict: int) -> None:
        """Let it go, or not."""
        head = attribute(2, struct.pack("!II", verdict, packet))
        body = netlink.netfilter(0, self.number, head)
        self.socket.send(netlink.message((_QUEUE << 8) | _VERDICT, netlink.REQUEST, 0, body))

    def _bind(self) -> int:
        for queue in range(_FIRST, _LAST):
            try:
                self._configure(queue, attribute(1, struct.pack("!BxH", _BIND, socket.AF_INET)))
            except OSError as error:
                if error.errno not in (errno.EBUSY, errno.EPERM, errno.EEXIST):
                    raise
                continue  # another fault's
            return queue
        raise OSError(errno.EBUSY, "every queue is taken")

    def _configure(self, queue: int, setting: bytes) -> None:
        flags = netlink.REQUEST | netlink.ACK
        body = netlink.netfilter(0, queue, setting)
        netlink.ask(self.socket, netlink.message((_QUEUE << 8) | _CONFIG, flags, 1, body), 1)
