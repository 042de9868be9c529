"""What a rule of nf_tables is made of: expressions, `linux/netfilter/nf_tables.h`. A rule's packet
goes on to the next expression where it fits one."""

from __future__ import annotations

import ipaddress
import struct
import sys

from sdctl.observer.link.netlink import attribute, nested, number, text

Expression = bytes
DROP, ACCEPT = 0, 1
EQUAL, NOT_EQUAL, LESS, AT_MOST, AT_LEAST = 0, 1, 2, 3, 5
INTERFACE_IN, INTERFACE_OUT, PROTOCOL = 4, 5, 16
LOOPBACK = 1
"""Its index in every namespace. Docker's own DNS listens there."""
SOURCE, DESTINATION = 12, 16
"""Where the addresses stand in an IPv4 header."""
FROM_PORT, TO_PORT = 0, 2
"""Where the ports stand in a header of TCP or UDP."""
TCP, UDP = 6, 17
UNHEARD = 65535
"""A queue that nobody reads. The kernel drops what is sent there, and the sender is not told: a
``drop`` on the way out would be an error of its `send`, which no lost packet is."""
_REGISTER = 1
_PARTS = 1_000_000


def _expression(name: str, *attributes: bytes) -> Expression:
    return text(1, name) + nested(2, *attributes)


def meta(key: int, value: int, *, size: int = 4) -> list[Expression]:
    """Where a packet's interface or protocol is this one."""
    data = value.to_bytes(size, sys.byteorder)
    return [_expression("meta", number(1, _REGISTER), number(2, key)), _compare(EQUAL, data)]


def address_is(offset: int, address: str) -> list[Expression]:
    """Where this address stands in its header."""
    return [*_bytes(1, offset, 4), _compare(EQUAL, ipaddress.IPv4Address(address).packed)]


def port_is(offset: int, operator: int, port: int) -> list[Expression]:
    """Where a port is this one, or compares so with it."""
    return [*_bytes(2, offset, 2), _compare(operator, struct.pack("!H", port))]


def _bytes(base: int, offset: int, length: int) -> list[Expression]:
    """Of the header of the network (1) or the transport (2)."""
    where = (number(2, base), number(3, offset), number(4, length))
    return [_expression("payload", number(1, _REGISTER), *where)]


def by_chance(share: float) -> list[Expression]:
    """This share of all packets."""
    random = _expression(
        "numgen", number(1, _REGISTER), number(2, _PARTS), number(3, 1), number(4, 0)
    )
    to_network = _expression("byteorder", *(number(kind, value) for kind, value in
                             ((1, _REGISTER), (2, _REGISTER), (3, 1), (4, 4), (5, 4))))  # fmt: skip
    return [random, to_network, _compare(LESS, struct.pack("!I", round(share * _PARTS)))]


def _compare(operator: int, value: bytes) -> Expression:
    return _expression(
        "cmp", number(1, _REGISTER), number(2, operator), nested(3, attribute(1, value))
    )


def verdict(code: int) -> Expression:
    """What becomes of it."""
    return _expression("immediate", number(1, 0), nested(2, nested(2, number(1, code))))


def own_queue(queue: int) -> Expression:
    """Whoever reads this queue says what becomes of it."""
    bypass = 0 if queue == UNHEARD else 1
    values = enumerate((queue, 1, bypass), start=1)
    return _expression(
        "queue", *(attribute(kind, struct.pack("!H", value)) for kind, value in values)
    )


def compatible_queue(queue: int) -> Expression:
    """The same, as iptables has it."""
    # `struct xt_NFQ_info_v3`, padded to eight bytes
    info = struct.pack("=HHHxx", queue, 1, 0 if queue == UNHEARD else 1)
    return _expression("target", text(1, "NFQUEUE"), number(2, 3), attribute(3, info))
