"""bandwidth: a node's link carries only so much."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sdctl.faults._limits import outside
from sdctl.faults._link import LinkFault, machine_full, measuring, told
from sdctl.faults.effect import Effect
from sdctl.faults.fault import option
from sdctl.foundation.errors import SdctlError

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.target import Output

_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(kbit|mbit)", re.IGNORECASE)
_BITS = {"kbit": 1_000, "mbit": 1_000_000}
_LEAST, _MOST = 64_000, 100_000_000
_TRANSFER_S = 3.0
_PACKETS, _PACKET_BITS = 40, 12_000
"""At a low rate the transfer takes longer, so that at least so many whole packets are counted."""


def rate(text: object) -> float:
    """Bits per second from ``1mbit`` or ``500kbit``, as tc(8) writes them."""
    match = _RATE.fullmatch(str(text).strip())
    if match is None:
        raise ValueError(f"not a rate: {str(text)[:40]!r} (write 1mbit, 500kbit)")
    return float(match[1]) * _BITS[match[2].lower()]


def write_rate(bits: float) -> str:
    """``1mbit``."""
    unit = "mbit" if bits >= _BITS["mbit"] else "kbit"
    return f"{bits / _BITS[unit]:g}{unit}"


@dataclass(frozen=True, kw_only=True)
class Bandwidth(LinkFault):
    """What the node sends and what it receives is each held to this rate, as on a narrow line. What
    is too much waits for up to half a second; then it is lost, and TCP sends less. The observer's
    questions are not held up."""

    kind: ClassVar[str] = "bandwidth"
    summary: ClassVar[str] = "make a node's link narrow"
    example: ClassVar[str] = "sdctl chaos bandwidth database:leader --rate 1mbit"

    next_step: ClassVar[str] = (
        "Try `sdctl chaos bandwidth --rate 100kbit`: what does not fit waits, and then is lost."
    )

    rate: float = option(
        1_000_000.0,
        "Bits per second, such as 1mbit or 500kbit.",
        parse=rate,
        write=write_rate,
        value="BITS",
    )

    @property
    def told(self) -> str:
        """``1mbit``."""
        return write_rate(self.rate)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """What the helper can pace, and what can be seen."""
        yield from super().wrong(components)
        yield from outside("rate", self.rate, _LEAST, _MOST, write_rate)

    def spoiled(self) -> Mapping[str, Any]:
        """The rate."""
        return {"rate": self.rate}

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """What the kernel counts at the node's interfaces while a transfer takes all that it can
        have."""
        seconds = max(_TRANSFER_S, _PACKETS * _PACKET_BITS / self.rate)

        def kbit(outputs: Sequence[Output]) -> float:
            return told(outputs, "bits_per_s") / 1000

        return (
            Effect(
                what=f"sent by {node}",
                asked=self.rate / 1000,
                unit="kbit/s",
                operations=(measuring(snapshot, "measure its rate", "rate", node, f"{seconds:g}"),),
                read=kbit,
                doubt=machine_full,
                share=0.1,
            ),
        )


FAULT = Bandwidth
