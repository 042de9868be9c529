"""Netlink messages of the kernel's packet filter, as bytes: `linux/netlink.h`,
`linux/netfilter/nfnetlink.h`. Requests that the kernel refuses are ``OSError``."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

_NETFILTER = 12
"""The family of sockets: NETLINK_NETFILTER."""
REQUEST, ACK, CREATE, APPEND = 0x1, 0x4, 0x400, 0x800
ERROR = 2
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, sender
_BUFFER = 8 * 1024**2
_NO_ENOBUFS = 5
_NESTED = 0x8000
_SOL_NETLINK = 270


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded to four bytes."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """An attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(attributes))


def number(kind: int, value: int) -> bytes:
    """An attribute with a number of 32 bits, as the network has it."""
    return attribute(kind, struct.pack("!I", value & 0xFFFFFFFF))


def text(kind: int, value: str) -> bytes:
    """An attribute with a name."""
    return attribute(kind, value.encode() + b"\0")


def message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    """One message with its header."""
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, sequence, 0) + body


def netfilter(family: int, resource: int, *attributes: bytes) -> bytes:
    """The body of a message to a part of the packet filter."""
    return struct.pack("!BBH", family, 0, resource) + b"".join(attributes)


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """What was received: each message's type and body."""
    while len(data) >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(data)
        if length < _HEADER.size:
            return
        yield kind, data[_HEADER.size : length]
        data = data[(length + 3) & ~3 :]


def attributes(body: bytes) -> dict[int, bytes]:
    """The attributes of a message to a part of the packet filter, whose own header is skipped."""
    found, at = {}, 4
    while at + 4 <= len(body):
        length, kind = struct.unpack_from("=HH", body, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = body[at + 4 : at + length]
        at += (length + 3) & ~3
    return found


def connect() -> socket.socket:
    """A socket to this network namespace's packet filter, with room for a burst of packets."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER)
    made.bind((0, 0))
    made.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), _BUFFER)
    made.setsockopt(_SOL_NETLINK, _NO_ENOBUFS, 1)
    return made


def ask(connection: socket.socket, data: bytes, answers: int) -> None:
    """Send messages that are to be acknowledged. Raises ``OSError`` with the kernel's reason."""
    connection.send(data)
    connection.settimeout(5.0)
    while answers > 0:
        for kind, body in messages(connection.recv(1 << 16)):
            if kind == ERROR:
                code = struct.unpack_from("=i", body)[0]
                if code:
                    raise OSError(-code, "the kernel refuses it")
                answers -= 1
    connection.settimeout(None)
