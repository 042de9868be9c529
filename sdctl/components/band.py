"""How long a fault of a component's leader should take, by its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from sdctl.foundation.units import between_seconds

STOPPED = "writes stopped for"


@dataclass(frozen=True, kw_only=True)
class RunsOut:
    """What must run out before anybody takes over from a leader that is gone, in seconds after
    the fault."""

    name: str
    """A ``lease``."""
    low_s: float
    high_s: float


@dataclass(frozen=True, kw_only=True)
class Band:
    """A range of seconds that the settings predict."""

    low_s: float
    high_s: float
    why: str
    """The arithmetic in words."""
    of: Literal["outage", "failover"] = "outage"
    """What it is about: how long clients cannot write, or, where they do not wait for it, how long
    the tier itself takes from the fault until it has a leader again."""
    first: RunsOut | None = None
    """None: the leader is missed at once."""

    def __str__(self) -> str:
        return between_seconds(self.low_s, self.high_s)

    def what(self, called: str) -> str:
        """What lies in it. ``called``: who leads after the fault, such as ``a new leader``."""
        return STOPPED if self.of == "outage" else f"{called} after"

    def holds(self, seconds: float, resolution: float = 0.0) -> bool:
        """Whether a measurement lies in it, given how finely it was measured."""
        return self.low_s - resolution <= seconds <= self.high_s + resolution

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Self:
        """As ``to_json`` wrote it, without what runs out first."""
        return cls(
            low_s=value["low_ms"] / 1000,
            high_s=value["high_ms"] / 1000,
            why=value["why"],
            of=value.get("of", "outage"),
        )

    def to_json(self) -> dict[str, object]:
        """As ``predicted`` in a verdict."""
        return {
            "of": self.of,
            "low_ms": round(self.low_s * 1000),
            "high_ms": round(self.high_s * 1000),
            "why": self.why,
        }
