"""The rules of a fault: one table of its own in nf_tables, `linux/netfilter/nf_tables.h`.

The kernel removes the table when the socket that made it is closed (the flag *owner*, Linux 5.12),
in whichever way the helper ends.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sdctl.observer.link import netlink
from sdctl.observer.link.netlink import attribute, nested, number, text

_TABLES = 10  # NFNL_SUBSYS_NFTABLES
_BEGIN, _END = 0x10, 0x11
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = 0, 3, 6
_OWNER = 0x2
_IPV4 = 2
_INPUT, _POSTROUTING = 1, 4
_LATE = 400
"""The priority of both hooks: after whatever the engine translates."""
_DROP, _ACCEPT = 0, 1
_REGISTER = 1
_META, _CMP, _PAYLOAD, _IMMEDIATE = "meta", "cmp", "payload", "immediate"
_EQUAL, _NOT_EQUAL, _LESS, _AT_MOST, _AT_LEAST = 0, 1, 2, 3, 5
_IIF, _OIF, _L4 = 4, 5, 16
_LOOPBACK = 1
"""Its index in every namespace. Docker's own DNS listens there."""
_SOURCE, _DESTINATION = 12, 16
"""Where the addresses stand in an IPv4 header."""
_FROM_PORT, _TO_PORT = 0, 2
"""Where the ports stand in a header of TCP or UDP."""
_TCP, _UDP = 6, 17
_PARTS = 1_000_000
UNHEARD = 65535
"""A queue that nobody reads. The kernel drops what is sent there, and the sender is not told: a
``drop`` on the way out would be an error of its `send`, which no lost packet is."""

Expression = bytes
Queue = Callable[[int], Expression]


@dataclass(frozen=True)
class FilterRules:
    """What is done to packets; addresses are IPv4 text. Of each list the first rule that fits
    decides, and no rule ever touches the loopback."""

    table: str
    spare: tuple[str, ...] = ()
    """Whose TCP connections nothing is done to: the observer's, which measures."""
    spare_not_port: int = 0
    """But for those of this port, by which the fault itself is measured."""
    spare_calls: range = range(0)
    """Nothing is done to datagrams by these ports, as the cuts of other faults are measured by
    them: so each is seen without this one."""
    own_calls: int = 0
    """But for those by this port."""
    cut_to: tuple[str, ...] = ()
    """Where nothing goes."""
    cut_from: tuple[str, ...] = ()
    """From where nothing comes."""
    cut_others_from: tuple[str, ...] = ()
    """Where not empty: nothing comes from an address that is none of these."""
    loss: float = 0.0
    """The share of packets on the way out that is lost."""
    queue_in: int | None = None
    """Who is given the rest of what comes in."""
    queue_out: int | None = None
    """Who is given the rest of what goes out."""


def install(rules: FilterRules) -> socket.socket:
    """Make the table, at once or not at all. It is there until what this returns is closed. Raises
    ``OSError``."""
    try:
        return _install(rules, _own_queue)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
    # a kernel without nft_queue: the same, in the way that iptables has it
    return _install(rules, _compatible_queue)


def _install(rules: FilterRules, queue: Queue) -> socket.socket:
    name = text(1, rules.table)
    parts: list[tuple[int, bytes]] = [
        (_NEW_TABLE, name + number(2, _OWNER)),
        (_NEW_CHAIN, name + _chain("in", _INPUT)),
        (_NEW_CHAIN, name + _chain("out", _POSTROUTING)),
    ]
    parts += [(_NEW_RULE, name + _rule("in", rule)) for rule in incoming(rules, queue)]
    parts += [(_NEW_RULE, name + _rule("out", rule)) for rule in outgoing(rules, queue)]
    data = netlink.message(_BEGIN, netlink.REQUEST, 0, netlink.netfilter(0, _TABLES))
    flags = netlink.REQUEST | netlink.CREATE | netlink.APPEND | netlink.ACK
    for sequence, (kind, attributes) in enumerate(parts, start=1):
        body = netlink.netfilter(_IPV4, 0, attributes)
        data += netlink.message((_TABLES << 8) | kind, flags, sequence, body)
    data += netlink.message(_END, netlink.REQUEST, 0, netlink.netfilter(0, _TABLES))
    owner = netlink.connect()
    try:
        netlink.ask(owner, data, len(parts))
    except OSError:
        owner.close()
        raise
    return owner


def incoming(rules: FilterRules, queue: Queue) -> Iterable[Sequence[Expression]]:
    """What is done to packets that come, rule by rule."""
    yield [*_meta(_IIF, _LOOPBACK), _verdict(_ACCEPT)]
    yield from _calls_of_others(rules, _TO_PORT)
    for address in rules.cut_from:
        yield [*_address(_SOURCE, address), _verdict(_DROP)]
    for address in rules.cut_others_from:
        yield [*_address(_SOURCE, address), _verdict(_ACCEPT)]
    if rules.cut_others_from:
        yield [_verdict(_DROP)]
    yield from _spared(rules, _SOURCE, _TO_PORT)
    if rules.queue_in is not None:
        yield [queue(rules.queue_in)]


def outgoing(rules: FilterRules, queue: Queue) -> Iterable[Sequence[Expression]]:
    """What is done to packets that go, rule by rule."""
    yield [*_meta(_OIF, _LOOPBACK), _verdict(_ACCEPT)]
    yield from _calls_of_others(rules, _FROM_PORT)
    for address in rules.cut_to:
        yield [*_address(_DESTINATION, address), queue(UNHEARD)]
    yield from _spared(rules, _DESTINATION, _FROM_PORT)
    if rules.loss:
        yield [*_by_chance(rules.loss), queue(UNHEARD)]
    if rules.queue_out is not None:
        yield [queue(rules.queue_out)]


def _spared(rules: FilterRules, whose: int, port: int) -> Iterable[Sequence[Expression]]:
    for address in rules.spare:
        yield [
            *_address(whose, address),
            *_meta(_L4, _TCP, size=1),
            *_port(port, _NOT_EQUAL, rules.spare_not_port),
            _verdict(_ACCEPT),
        ]


def _calls_of_others(rules: FilterRules, port: int) -> Iterable[Sequence[Expression]]:
    if rules.spare_calls:
        yield [
            *_meta(_L4, _UDP, size=1),
            *_port(port, _AT_LEAST, rules.spare_calls[0]),
            *_port(port, _AT_MOST, rules.spare_calls[-1]),
            *_port(port, _NOT_EQUAL, rules.own_calls),
            _verdict(_ACCEPT),
        ]


def _chain(name: str, hook: int) -> bytes:
    return text(3, name) + nested(4, number(1, hook), number(2, _LATE)) + text(7, "filter")


def _rule(chain: str, expressions: Sequence[Expression]) -> bytes:
    return text(2, chain) + nested(4, *(nested(1, one) for one in expressions))


def _expression(name: str, *attributes: bytes) -> Expression:
    return text(1, name) + nested(2, *attributes)


def _meta(key: int, value: int, *, size: int = 4) -> list[Expression]:
    """Where a packet's interface or protocol is this one."""
    data = value.to_bytes(size, sys.byteorder)
    return [_expression(_META, number(1, _REGISTER), number(2, key)), _compare(_EQUAL, data)]


def _address(offset: int, address: str) -> list[Expression]:
    return [*_bytes(1, offset, 4), _compare(_EQUAL, ipaddress.IPv4Address(address).packed)]


def _port(offset: int, operator: int, port: int) -> list[Expression]:
    return [*_bytes(2, offset, 2), _compare(operator, struct.pack("!H", port))]


def _bytes(base: int, offset: int, length: int) -> list[Expression]:
    """Of the header of the network (1) or the transport (2)."""
    where = (number(2, base), number(3, offset), number(4, length))
    return [_expression(_PAYLOAD, number(1, _REGISTER), *where)]


def _by_chance(share: float) -> list[Expression]:
    random = _expression(
        "numgen", number(1, _REGISTER), number(2, _PARTS), number(3, 1), number(4, 0)
    )
    to_network = _expression("byteorder", *(number(kind, value) for kind, value in
                             ((1, _REGISTER), (2, _REGISTER), (3, 1), (4, 4), (5, 4))))  # fmt: skip
    return [random, to_network, _compare(_LESS, struct.pack("!I", round(share * _PARTS)))]


def _compare(operator: int, value: bytes) -> Expression:
    return _expression(
        _CMP, number(1, _REGISTER), number(2, operator), nested(3, attribute(1, value))
    )


def _verdict(code: int) -> Expression:
    return _expression(_IMMEDIATE, number(1, 0), nested(2, nested(2, number(1, code))))


def _own_queue(queue: int) -> Expression:
    bypass = 0 if queue == UNHEARD else 1
    values = enumerate((queue, 1, bypass), start=1)
    return _expression(
        "queue", *(attribute(kind, struct.pack("!H", value)) for kind, value in values)
    )


def _compatible_queue(queue: int) -> Expression:
    # `struct xt_NFQ_info_v3`, padded to eight bytes
    info = struct.pack("=HHHxx", queue, 1, 0 if queue == UNHEARD else 1)
    return _expression("target", text(1, "NFQUEUE"), number(2, 3), attribute(3, info))
