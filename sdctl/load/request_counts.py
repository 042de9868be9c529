"""How requests of one kind ended."""

from __future__ import annotations

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

    def __add__(self, other: RequestCounts) -> RequestCounts:
        """Of both."""
        return RequestCounts(
            ok=self.ok + other.ok,
            failed=self.failed + other.failed,
            unknown=self.unknown + other.unknown,
        )

    def to_json(self) -> dict[str, int]:
        """As in ``requests``, ``reads`` and ``writes`` of a load's JSON."""
        return {"sent": self.sent, "ok": self.ok, "failed": self.failed, "unknown": self.unknown}
