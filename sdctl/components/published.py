"""What others measured or promise for a leader that dies, to hold beside one's own figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Published:
    """A band of seconds by others. Their settings, machines and loads differ from this stack's."""

    name: str
    high_s: float
    source: str
    low_s: float | None = None
    """None: only the upper end is told."""

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Self:
        """As ``to_json`` wrote it."""
        low = value["low_ms"]
        return cls(
            name=value["name"],
            low_s=None if low is None else low / 1000,
            high_s=value["high_ms"] / 1000,
            source=value["source"],
        )

    def to_json(self) -> dict[str, object]:
        """As in ``published`` of a verdict."""
        low = None if self.low_s is None else round(self.low_s * 1000)
        return {
            "name": self.name,
            "low_ms": low,
            "high_ms": round(self.high_s * 1000),
            "source": self.source,
        }
