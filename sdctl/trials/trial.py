"""One trial: a fault's verdict, as far as a series of them needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.verdict import PHASES, Judgement


@dataclass(frozen=True, kw_only=True)
class Band:
    """A range of recovery times in milliseconds, and who says so."""

    name: str
    low_ms: float
    high_ms: float
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """As in a verdict's ``published``."""
        return {"name": self.name, "low_ms": self.low_ms, "high_ms": self.high_ms,
                "source": self.source}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Trial:
    """None where a verdict has no figure, which is not 0."""

    json: Mapping[str, Any]
    """The verdict as it was, kept whole."""
    judgement: Judgement
    target: str
    leader_after: str | None
    rto_ms: float | None
    phases_ms: Mapping[str, float | None]
    acknowledged: int | None
    lost: int | None
    duplicated: int | None
    recovered: int | None
    failed: int | None
    unknown: int | None
    stale: int | None
    predicted: Band | None
    published: tuple[Band, ...]

    @classmethod
    def of(cls, verdict: Mapping[str, Any]) -> Trial:
        """From a verdict's JSON; ``KeyError`` or ``TypeError`` when it is none."""
        writes, requests = verdict["writes"], verdict["requests"]
        predicted = verdict.get("predicted_ms")
        return cls(
            json=verdict,
            judgement=verdict["verdict"],
            target=verdict["fault"]["target"],
            leader_after=verdict["leader_after"],
            rto_ms=verdict["rto_ms"],
            phases_ms={name: verdict["phases_ms"].get(name) for name in PHASES},
            acknowledged=writes["acknowledged"],
            lost=_count(writes["lost"]),
            duplicated=_count(writes["duplicated"]),
            recovered=writes["recovered"],
            failed=requests["failed"],
            unknown=requests["unknown"],
            stale=verdict["reads"]["stale"],
            predicted=predicted and _band(predicted, "predicted", predicted["why"]),
            published=tuple(
                Band(
                    name=each["name"],
                    low_ms=each["low_ms"],
                    high_ms=each["high_ms"],
                    source=each["source"],
                )
                for each in verdict.get("published") or ()
            ),
        )


def _band(raw: Mapping[str, Any], name: str, source: str) -> Band:
    return Band(name=name, low_ms=raw["low"], high_ms=raw["high"], source=source)


def _count(keys: list[str] | None) -> int | None:
    return None if keys is None else len(keys)
