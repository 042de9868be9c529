"""What an autoscaler decides from: a tier's replicas at one moment, and what was decided before.

Moments are seconds on one clock, whichever that is. Values are whole thousandths (of a core, of a
request per second, of a message, of a millisecond), as Kubernetes' quantities are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Phase = Literal["pending", "running", "failed"]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A replica's value, measured over the ``window_s`` before ``at``."""

    value: int
    at: float
    window_s: float


@dataclass(frozen=True, kw_only=True)
class Replica:
    """One node of the tier."""

    name: str
    phase: Phase = "running"
    deleting: bool = False
    ready: bool = True
    ready_since: float = 0.0
    """When it last became ready, or stopped being so."""
    started_at: float | None = 0.0
    """None: not known."""
    request: int = 1000
    """The CPU that it requests."""
    usage: Mapping[str, Measurement | None] = field(default_factory=dict)
    """By metric; None: it says nothing."""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Replica:
        """From its JSON."""
        usage = {name: Measurement(**s) if s else None for name, s in value["usage"].items()}
        return cls(**{**value, "usage": usage})


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A tier at the moment ``at``."""

    at: float
    current: int
    """How many replicas it shall have now."""
    replicas: tuple[Replica, ...]
    totals: Mapping[str, int | None] = field(default_factory=dict)
    """The metrics that are one value for all replicas; None: nobody says it."""

    def to_json(self) -> dict[str, Any]:
        """As in a decision's JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Observation:
        """From its JSON, or a document that has it among other things."""
        return cls(
            at=value["at"],
            current=value["current"],
            replicas=tuple(map(Replica.from_json, value["replicas"])),
            totals=value["totals"],
        )


@dataclass(frozen=True)
class Note:
    """How many replicas were proposed, came or went at a moment."""

    at: float
    replicas: int


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What an autoscaler remembers."""

    recommendations: tuple[Note, ...] = ()
    """What was proposed, before it was stabilised."""
    up: tuple[Note, ...] = ()
    """How many replicas were added."""
    down: tuple[Note, ...] = ()
    """How many were taken away."""

    def to_json(self) -> dict[str, Any]:
        """As in a decision's JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Memory:
        """From its JSON."""
        return cls(**{name: tuple(Note(**note) for note in notes) for name, notes in value.items()})
