"""One trial: a fault's verdict, as far as a series of them needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.foundation import shape
from sdctl.foundation.units import between_seconds
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.verdict import Judgement
from sdctl.judge.verdict_shapes import VerdictShape


@dataclass(frozen=True, kw_only=True)
class TrialBand:
    """A range of recovery times in milliseconds, and who says so."""

    name: str
    low_ms: float | None
    """None: up to ``high_ms``."""
    high_ms: float
    source: str = ""

    def __str__(self) -> str:
        low_s = None if self.low_ms is None else self.low_ms / 1000
        return between_seconds(low_s, self.high_ms / 1000)

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
    failover_ms: float | None
    """Until the tier led itself again, by its own logs."""
    predicted: TrialBand | None
    predicted_of: str | None
    """``outage``: of how long writes stop; ``failover``: of the tier's own time."""
    failover: bool | None
    """Whether another took over while the fault was on; None: it is not known."""
    why: str | None
    holds: bool | None
    """Whether it came as predicted; None: nothing to compare."""
    published: tuple[TrialBand, ...]

    @property
    def whom(self) -> str:
        """Whom the fault hit, and who leads since; for people."""
        if self.json.get("leader_before") is None:
            return self.target
        return f"{self.target} → {self.leader_after or 'not known'}"

    @property
    def asked(self) -> str:
        """The fault's arguments, as they were typed; empty: it has none, or they are not known."""
        return self.json["fault"].get("asked") or ""

    @property
    def times_count(self) -> bool:
        """Whether its times are about the stack, as far as it is known, and not about a machine
        that was full."""
        return self.json.get("times_count") is not False

    @classmethod
    def of(cls, verdict: Mapping[str, Any]) -> Trial:
        """From a verdict's JSON; ``ValueError``, ``KeyError`` or ``TypeError`` when it is none."""
        shape.check(verdict, VerdictShape)
        writes, requests = verdict["writes"], verdict["requests"]
        predicted = verdict["predicted"]
        return cls(
            json=verdict,
            judgement=verdict["verdict"],
            target=verdict["fault"]["target"],
            leader_after=verdict["leader_after"],
            rto_ms=verdict["rto_ms"],
            phases_ms={name: verdict["phases_ms"].get(name) for name in PHASE_NAMES},
            acknowledged=writes["acknowledged"],
            lost=_count(writes["lost"]),
            duplicated=_count(writes["duplicated"]),
            recovered=writes["recovered"],
            failed=requests["failed"],
            unknown=requests["unknown"],
            stale=verdict["reads"]["stale"],
            failover_ms=verdict["failover_ms"],
            predicted=predicted and _band(predicted, "predicted", predicted["why"]),
            predicted_of=predicted and predicted["of"],
            failover=verdict.get("failover"),
            why=verdict.get("why"),
            holds=predicted and predicted["holds"],
            published=tuple(
                _band(band, band["name"], band["source"]) for band in verdict["published"]
            ),
        )


def _band(raw: Mapping[str, Any], name: str, source: str) -> TrialBand:
    return TrialBand(name=name, low_ms=raw["low_ms"], high_ms=raw["high_ms"], source=source)


def _count(keys: list[str] | None) -> int | None:
    return None if keys is None else len(keys)
