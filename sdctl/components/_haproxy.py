"""What both HAProxies share: how many connections their memory holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sdctl.foundation.errors import Problem
from sdctl.foundation.units import write_size

OWN_BYTES = 24 * 1024**2
"""The process and its tables, and what its allocator keeps: 10 MB at its start."""
CONNECTION_BYTES = 32 * 1024
"""Who stops in the middle of its head or its body holds a buffer of 16 KiB and some: 25 kB
each were seen with 3,500 of them."""
RESERVED = 64
"""Connections beside the clients': those who read the figures must not be shut out by a flood."""

FIGURES = {
    "rps": "Requests that came in during the last second.",
    "sessions": "Connections that clients have open at this moment. One client may have several.",
    "requests": "All requests since this HAProxy was started. A restart begins again at 0.",
    "errors_5xx": "Answers with a status from 500 to 599 since this HAProxy was started. With "
    "such a status a server says that it could not do what was asked.",
    "retries": "Requests that HAProxy sent once more since it was started, because the server "
    "behind it failed.",
}
"""What the probes tell of both."""


class Balancer(Protocol):
    """The settings of one."""

    @property
    def memory(self) -> int:
        """In bytes."""
        ...

    @property
    def max_connections(self) -> int:
        """Clients at a time."""
        ...


def connections(memory: int) -> int:
    """Pure: so many clients fit, whatever they send."""
    return max(1, (memory - OWN_BYTES) // CONNECTION_BYTES)


def conflicts(tier: str, settings: Balancer) -> Iterator[Problem]:
    """Where more connections were asked for than fit."""
    fit = connections(settings.memory)
    if settings.max_connections > fit:
        yield Problem(
            f"{tier}.max_connections",
            f"{settings.max_connections} do not fit in {tier}.memory "
            f"({write_size(settings.memory)}), which holds {fit}",
        )
