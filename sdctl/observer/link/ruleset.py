"""The rules of a fault: one table of its own in nf_tables, `linux/netfilter/nf_tables.h`.

The kernel removes the table when the socket that made it is closed (the flag *owner*, Linux 5.12),
in whichever way the helper ends.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sdctl.observer.link import netlink
from sdctl.observer.link.expressions import (
    ACCEPT,
    AT_LEAST,
    AT_MOST,
    DESTINATION,
    DROP,
    FROM_PORT,
    INTERFACE_IN,
    INTERFACE_OUT,
    LOOPBACK,
    NOT_EQUAL,
    PROTOCOL,
    SOURCE,
    TCP,
    TO_PORT,
    UDP,
    UNHEARD,
    Expression,
    address_is,
    by_chance,
    compatible_queue,
    meta,
    own_queue,
    port_is,
    verdict,
)  # fmt: skip
from sdctl.observer.link.netlink import nested, number, text

_TABLES = 10  # NFNL_SUBSYS_NFTABLES
_BEGIN, _END = 0x10, 0x11
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = 0, 3, 6
_OWNER = 0x2
_IPV4 = 2
_INPUT, _POSTROUTING = 1, 4
_LATE = 400
"""The priority of both hooks: after whatever the engine translates."""

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
        return _install(rules, own_queue)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
    # a kernel without nft_queue: the same, in the way that iptables has it
    return _install(rules, compatible_queue)


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
    yield [*meta(INTERFACE_IN, LOOPBACK), verdict(ACCEPT)]
    yield from _calls_of_others(rules, TO_PORT)
    for address in rules.cut_from:
        yield [*address_is(SOURCE, address), verdict(DROP)]
    for address in rules.cut_others_from:
        yield [*address_is(SOURCE, address), verdict(ACCEPT)]
    if rules.cut_others_from:
        yield [verdict(DROP)]
    yield from _spared(rules, SOURCE, TO_PORT)
    if rules.queue_in is not None:
        yield [queue(rules.queue_in)]


def outgoing(rules: FilterRules, queue: Queue) -> Iterable[Sequence[Expression]]:
    """What is done to packets that go, rule by rule."""
    yield [*meta(INTERFACE_OUT, LOOPBACK), verdict(ACCEPT)]
    yield from _calls_of_others(rules, FROM_PORT)
    for address in rules.cut_to:
        yield [*address_is(DESTINATION, address), queue(UNHEARD)]
    yield from _spared(rules, DESTINATION, FROM_PORT)
    if rules.loss:
        yield [*by_chance(rules.loss), queue(UNHEARD)]
    if rules.queue_out is not None:
        yield [queue(rules.queue_out)]


def _spared(rules: FilterRules, whose: int, port: int) -> Iterable[Sequence[Expression]]:
    for address in rules.spare:
        yield [
            *address_is(whose, address),
            *meta(PROTOCOL, TCP, size=1),
            *port_is(port, NOT_EQUAL, rules.spare_not_port),
            verdict(ACCEPT),
        ]


def _calls_of_others(rules: FilterRules, port: int) -> Iterable[Sequence[Expression]]:
    if rules.spare_calls:
        yield [
            *meta(PROTOCOL, UDP, size=1),
            *port_is(port, AT_LEAST, rules.spare_calls[0]),
            *port_is(port, AT_MOST, rules.spare_calls[-1]),
            *port_is(port, NOT_EQUAL, rules.own_calls),
            verdict(ACCEPT),
        ]


def _chain(name: str, hook: int) -> bytes:
    return text(3, name) + nested(4, number(1, hook), number(2, _LATE)) + text(7, "filter")


def _rule(chain: str, expressions: Sequence[Expression]) -> bytes:
    return text(2, chain) + nested(4, *(nested(1, expression) for expression in expressions))
