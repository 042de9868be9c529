"""How requests of one kind ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class RequestCounts:
    """Counts. ``unknown``: it was sent, and whether the system did it is not known."""

    ok: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def sent(self) -> int:
        """All of them."""
        return self.ok + self.failed + self.unknown

    def to_json(self) -> dict[str, int]:
        """As in ``requests``, ``reads`` and ``writes`` of a load's JSON."""
        return {"sent": self.sent, "ok": self.ok, "failed": self.failed, "unknown": self.unknown}


def together(parts: Iterable[RequestCounts]) -> RequestCounts:
    """Several as one."""
    found = RequestCounts()
    for part in parts:
        found.ok += part.ok
        found.failed += part.failed
        found.unknown += part.unknown
    return found
