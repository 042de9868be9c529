"""The verdict on a fault: what it did, measured. What was not measured is None, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sdctl.ledger import LedgerReport
from sdctl.load.outage import Outage
from sdctl.load.result import LoadResult

Judgement = Literal["pass", "fail", "unknown"]

PHASES = ("detect", "elect", "promote", "reroute")


@dataclass(frozen=True, kw_only=True)
class FaultFacts:
    """What was done, to what, when; the moments as RFC 3339 text."""

    id: str
    kind: str
    how: str | None
    tier: str | None
    target: str | None
    started_at: str
    healed_at: str | None

    def to_json(self) -> dict[str, str | None]:
        """As ``fault`` in interface.md."""
        return {
            "id": self.id,
            "kind": self.kind,
            "how": self.how,
            "tier": self.tier,
            "target": self.target,
            "started_at": self.started_at,
            "healed_at": self.healed_at,
        }


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A fault's measured effect."""

    fault: FaultFacts
    load: LoadResult | None = None
    """None: no load ran."""
    outage: Outage | None = None
    """None: not measured, or still out when the watching ended."""
    writes: LedgerReport | None = None
    """None: nothing was written, or the stores could not be read back."""
    phases_ms: Mapping[str, float | None] = field(default_factory=dict)
    leader_before: str | None = None
    leader_after: str | None = None
    stale_reads: int | None = None

    @property
    def judgement(self) -> Judgement:
        """What the measurements come to."""
        return judge(self.writes, self.outage)

    def to_json(self) -> dict[str, object]:
        """The value that ends ``sdctl chaos FAULT --json``, as in interface.md."""
        return {
            "fault": self.fault.to_json(),
            "verdict": self.judgement,
            "rto_ms": _ms(self.outage.seconds if self.outage else None),
            "rto_resolution_ms": _ms(self.outage.resolution if self.outage else None),
            "phases_ms": {name: self.phases_ms.get(name) for name in PHASES},
            "leader_before": self.leader_before,
            "leader_after": self.leader_after,
            "requests": self._requests(),
            "writes": self._writes(),
            "reads": {"stale": self.stale_reads},
        }

    def _requests(self) -> dict[str, int | None]:
        names = ("sent", "ok", "failed", "unknown")
        return {name: getattr(self.load, name) if self.load else None for name in names}

    def _writes(self) -> dict[str, object]:
        report = self.writes
        if report is None:
            names = ("acknowledged", "refused", "unknown", "lost", "recovered", "duplicated")
            return dict.fromkeys(names)
        return {
            "acknowledged": report.acknowledged,
            "refused": report.refused,
            "unknown": report.unknown,
            "lost": list(report.lost),
            "recovered": len(report.recovered),
            "duplicated": list(report.duplicated),
        }


def judge(writes: LedgerReport | None, outage: Outage | None) -> Judgement:
    """The worst of what is known, as Jepsen composes checkers.

    *fail*: an acknowledged write is gone, a write is there twice, or a refused one is there. Else
    *unknown*: the writes were not read back, none was acknowledged, or there was no recovery to
    time. Else *pass*.
    """
    if writes is not None and (writes.lost or writes.duplicated or writes.broken_promises):
        return "fail"
    if writes is None or not writes.acknowledged or outage is None:
        return "unknown"
    return "pass"


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
