"""What a helper is told to do, as the JSON that is its one argument; and the port by which what it
did is measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PORT = 27_182
"""Of the helper in its node's namespace: datagrams and connections. Helpers of several faults on
one node share it."""
CALL_PORTS = range(PORT + 1, PORT + 1 + 1_000)
"""By which it is measured who reaches whom, each of a fault of its own."""
TABLE = "sdctl_"


@dataclass(frozen=True, kw_only=True)
class HelperInstructions:
    """Addresses are IPv4 text, by the node whose they are."""

    fault: str
    node: str
    """In whose namespace it is."""
    for_s: float
    """It ends by itself after so long."""
    spare: tuple[str, ...] = ()
    peers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every other node that is on a network of this one."""
    cut_to: tuple[str, ...] = ()
    cut_from: tuple[str, ...] = ()
    """Names of peers."""
    outside: bool = False
    """Whether it is cut off from whatever is no peer, too: who comes from outside of the stack."""
    latency_s: float = 0.0
    """How much later arrives what is sent to it, so that each round trip takes as much longer. What
    it sends is not held: a socket sends no more while its own packets wait in the node, so that
    the link would be narrow rather than slow."""
    jitter_s: float = 0.0
    loss: float = 0.0
    """The share of the packets that it sends that are lost."""
    rate: float = 0.0
    """Bits per second, of what it sends and of what it receives."""

    @classmethod
    def of_json(cls, text: str) -> HelperInstructions:
        """As it was written."""
        value: dict[str, Any] = json.loads(text)
        for name in ("spare", "cut_to", "cut_from"):
            value[name] = tuple(value.get(name, ()))
        value["peers"] = {name: tuple(them) for name, them in value.get("peers", {}).items()}
        return cls(**value)

    @property
    def cuts(self) -> bool:
        """Whether it cuts a way off."""
        return bool(self.cut_to or self.cut_from or self.outside)

    def addresses(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Of these peers, as far as they are on one of its networks."""
        return tuple(address for name in names for address in self.peers.get(name, ()))


def call_port(fault: str) -> int:
    """Of the helpers of a fault, and of who calls them, by the number in the fault's id (``f-3``).
    No two faults that are on at once are so far from each other that they have the same."""
    number = fault.rpartition("-")[2]
    return CALL_PORTS[(int(number) if number.isdecimal() else 0) % len(CALL_PORTS)]
