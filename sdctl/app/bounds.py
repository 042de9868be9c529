"""Bounds that two sides keep: the host, where a setting is asked for, and the service, which reads
it from its environment. Every other setting's bounds stand with the setting, in ``components/``.

Copied into the services' image, so it imports nothing of the host's side.
"""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_KB, _MB = 1024, 1024**2


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value. Times are seconds, sizes bytes."""

    least: float
    most: float

    def hold(self, value: float) -> bool:
        """Whether the value is within them; not-a-number never is."""
        return self.least <= value <= self.most


REPLICAS = Bounds(1, 20)
POOL_SIZE = Bounds(2, 100)
"""One of them is the relay's while it publishes: with one in all 18% of requests got none."""
REQUEST_TIMEOUT_S = Bounds(1.0, _HOUR)
"""Who reads a cached order that another just asks for waits for it up to 0.3 s: with 0.5 s in all,
15% of the reads ended without an answer on a busy machine."""
BODY_BYTES = Bounds(1 * _KB, 1 * _MB)
"""A replica holds each body whole, and as many as there are requests."""
CACHE_TTL_S = Bounds(0.1, 30 * _DAY)
"""At the least a cached answer outlives the question that asked for it."""
EVENT_BYTES = Bounds(1 * _KB, 1 * _MB)
EVENTS_KEEP_S = Bounds(_MINUTE, 3650 * _DAY)
PREFETCH = Bounds(1, 1000)
WORK_S = Bounds(0.0, _MINUTE)
"""`up` proves itself with an order that is worked on, within its 5 minutes."""
RETRY_DELAY_S = Bounds(0.01, 7 * _DAY)
RETRIES = Bounds(1, 10)
