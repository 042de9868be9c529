"""What a fault asked for, beside what was measured of it while it was on. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SeenEffect:
    """One effect of a fault: asked for, and seen."""

    what: str
    """Such as ``added to a round trip``."""
    asked: float | str
    seen: float | str | None
    """In the same unit; None: it could not be measured."""
    unit: str = ""
    """Such as ``ms`` or ``%``; empty for a word, such as a node's state."""
    tolerance: str = ""
    """How far from it still is it, such as ``± 20 ms``; empty: exactly."""
    holds: bool | None
    """Whether what was seen is what was asked for; None: what was seen does not tell."""
    why: str | None = None
    """Why nothing was seen, or what was seen besides."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """For JSON alone: what does not fit into a line, such as who reaches whom."""

    def __str__(self) -> str:
        """``added to a round trip: asked 200 ms (± 20 ms), seen 203 ms``."""
        within = f" ({self.tolerance})" if self.tolerance else ""
        seen = "nothing" if self.seen is None else self._said(self.seen)
        why = f": {self.why}" if self.why else ""
        return f"{self.what}: asked {self._said(self.asked)}{within}, seen {seen}{why}"

    def _said(self, value: float | str) -> str:
        text = value if isinstance(value, str) else figure(value)
        return f"{text} {self.unit}".rstrip()

    def to_json(self) -> dict[str, Any]:
        """One of ``effects`` in a verdict's JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> SeenEffect:
        """As ``to_json`` wrote it."""
        return cls(**value)


def figure(value: float) -> str:
    """Four digits of it, for people, and never with an exponent."""
    return f"{float(f'{value:.4g}'):,.10g}"
