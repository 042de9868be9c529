"""The attempts of a request that is tried again, and what they came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Earlier(NamedTuple):
    """What came of a request's attempts before this one."""

    attempts: int
    sent_at: float
    """When the first of them left, of ``time.monotonic()``; 0: none did."""
    doubtful: bool
    """Nobody knows whether one of them was done: a later refusal does not undo it."""


@dataclass
class Attempts:
    """What trying again came to. The first attempt of a request is not counted."""

    again: int = 0
    """Attempts after the first one of their request."""
    requests: int = 0
    """Requests that were tried again."""
    rescued: int = 0
    """Those that were answered well in the end."""
    hidden: Counter[str] = field(default_factory=Counter)
    """Attempts that another one followed, by the status or the error that they ended with."""

    def __add__(self, other: Attempts) -> Attempts:
        """Of two processes."""
        return Attempts(
            again=self.again + other.again,
            requests=self.requests + other.requests,
            rescued=self.rescued + other.rescued,
            hidden=self.hidden + other.hidden,
        )

    def to_json(self, retries: int, *, sent: int, bad: int) -> dict[str, Any]:
        """As under ``attempts`` of a load's JSON. ``sent``: requests; ``bad``: those of them that
        failed or are unknown."""
        return {
            "retries": retries,
            "sent": sent + self.again,
            "requests_tried_again": self.requests,
            "rescued": self.rescued,
            "not_ok_at_first": bad + self.rescued,
            "hidden": dict(sorted(self.hidden.items())),
        }
