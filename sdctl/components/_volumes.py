"""What the tiers share that can have a volume of limited size (``volume_size``)."""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.foundation.errors import Problem
from sdctl.foundation.units import write_size

DATA_FOLDER = "/data"
"""Where their data is in a node."""
LEAST = 256 * 1024**2
"""A new PostgreSQL takes 80 MB with its journal (measured), and some load comes on top."""


def volume_conflicts(tier: str, size: int, memory: int, used: int) -> Iterator[Problem]:
    """A volume of limited size is in memory, and counts to its node's. ``used``: what the node
    takes besides. All in bytes; a ``size`` of 0 is no limit."""
    if not size:
        return
    if size < LEAST:
        yield Problem(
            f"{tier}.volume_size",
            f"{write_size(size)} is too little: 0 (no limit), or at least {write_size(LEAST)}",
        )
    elif size + used > memory:
        yield Problem(
            f"{tier}.volume_size",
            f"{write_size(size)} is in memory, and does not fit into {tier}.memory "
            f"({write_size(memory)}): that must be at least {-(-(size + used) // 1024**2)}mb",
        )
