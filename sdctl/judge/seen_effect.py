"""What a fault asked for, beside what was measured of it while it was on. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import with_unit


@dataclass(frozen=True, kw_only=True)
class SeenAtEnd:
    """The same effect shortly before the fault's end."""

    seen: float | str | None
    """None: it could not be measured."""
    holds: bool | None
    """Whether the fault was still on, by what was seen; None: that does not tell."""
    why: str | None = None
    """Why it is not what was asked for; None where it is."""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def otherwise(self) -> bool:
        """Whether it is not what was asked for, whatever the reason."""
        return self.holds is not True or self.why is not None


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
    at_end: SeenAtEnd | None = None
    """None: it was not looked at again."""

    @property
    def stands(self) -> bool | None:
        """Whether it holds by the last look at it."""
        return self.at_end.holds if self.at_end else self.holds

    @property
    def doubt(self) -> str:
        """Why what was seen last does not tell; where nobody said why, all of it."""
        return (self.at_end.why if self.at_end else self.why) or str(self)

    def __str__(self) -> str:
        """``added to a round trip: asked 200 ms (± 20 ms), seen 203 ms``; and what was seen at its
        end where that is something else: ``; at its end 0 ms``."""
        within = f" ({self.tolerance})" if self.tolerance else ""
        told = f"{self.what}: asked {self._said(self.asked)}{within}, seen {self._said(self.seen)}"
        told += f": {self.why}" if self.why else ""
        if self.at_end and (self.at_end.otherwise or not self.holds):
            told += f"; at its end {self._said(self.at_end.seen)}"
            told += f": {self.at_end.why}" if self.at_end.why else ""
        return told

    def _said(self, value: float | str | None) -> str:
        if value is None:
            return "nothing"
        text = value if isinstance(value, str) else figure(value)
        return with_unit(text, self.unit)

    def to_json(self) -> dict[str, Any]:
        """One of ``effects`` in a verdict's JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> SeenEffect:
        """As ``to_json`` wrote it."""
        at_end = value.get("at_end")
        return cls(**{**value, "at_end": SeenAtEnd(**at_end) if at_end else None})


def figure(value: float) -> str:
    """Four digits of it, for people, and never with an exponent."""
    return in_digits(float(f"{value:.4g}"), 4, ",")
