"""When a packet that goes out is to go on: the arithmetic of a slow link. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_LEAST_PACKETS = 50
_PACKET = 1_500
_BACKLOG_S = 0.5
_LATE_S = 0.01
"""How much time that nobody used may be used later: so late whoever holds the packets may be."""


@dataclass
class LinkDirection:
    """One direction of a link, with a latency and a rate. Times are seconds of one clock."""

    latency_s: float = 0.0
    jitter_s: float = 0.0
    """The latency of each packet is a chance between this less and this more."""
    rate: float = 0.0
    """Bits per second, IP headers counted; 0: as fast as it comes."""
    chance: random.Random = field(default_factory=random.Random)
    _free_at: float = 0.0
    """When everything that waits before has gone."""

    def due(self, now: float, length: int) -> float | None:
        """When a packet that came ``now`` is to go on. None: never, as too much waits already: half
        a second's worth, or fifty packets where that is more."""
        sent = now
        if self.rate:
            backlog = max(_BACKLOG_S, _LEAST_PACKETS * _PACKET * 8 / self.rate)
            begin = max(now - _LATE_S, self._free_at)
            if begin - now > backlog:
                return None
            sent = self._free_at = begin + length * 8 / self.rate
        if not self.latency_s:
            return sent
        return sent + max(0.0, self.latency_s + self.jitter_s * self.chance.uniform(-1.0, 1.0))
