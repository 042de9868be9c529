"""The verdict on a run: what a fault did, measured. What was not measured is None, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from sdctl.audit import Audit
from sdctl.load.outage import Outage
from sdctl.load.result import LoadResult
from sdctl.prediction import Band
from sdctl.published import Published

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
        """As ``fault`` in the JSON."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class LoadFacts:
    """What a load's result adds to a verdict."""

    sent: int
    ok: int
    failed: int
    unknown: int
    stale_reads: int | None = None
    """Reads older than a write of the same client that was acknowledged before they were sent;
    None: no read was checked."""
    host: Mapping[str, float] | None = None
    """``cpu_idle`` and ``cpu_steal`` while it ran, shares from 0 to 1."""

    @classmethod
    def of(cls, result: LoadResult) -> LoadFacts:
        """Of a run that ended here."""
        return cls.of_json(result.to_json())

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> LoadFacts:
        """Of a run's ``result.json``."""
        counts = {name: value["requests"][name] for name in ("sent", "ok", "failed", "unknown")}
        reads = value.get("reads") or {}
        return cls(**counts, stale_reads=reads.get("stale"), host=value.get("host"))


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a fault took, and how long it should have taken."""

    outage: Outage | None = None
    """None: not measured, or still out when the watching ended."""
    phases: Mapping[str, float | None] = field(default_factory=dict)
    """Seconds of the outage's phases; None for one that no log tells."""
    remark: str | None = None
    """Why a phase is not told."""
    failover_s: float | None = None
    """Until the tier had a leader again, by its own logs, whether or not clients waited for it."""
    leader: str | None = None
    """Who that was."""
    band: Band | None = None
    """What the settings predict; None: they do not tell."""
    published: tuple[Published, ...] = ()

    @property
    def as_predicted(self) -> bool | None:
        """Whether the measurement lies in the band; None: nothing to compare."""
        if self.band is None:
            return None
        if self.band.of == "failover":
            return None if self.failover_s is None else self.band.holds(self.failover_s)
        outage = self.outage
        return None if outage is None else self.band.holds(outage.seconds, outage.resolution)

    def to_json(self) -> dict[str, object]:
        """Its part of a verdict's JSON."""
        outage, band = self.outage, self.band
        predicted = {**band.to_json(), "holds": self.as_predicted} if band else None
        return {
            "rto_ms": _ms(outage.seconds if outage else None),
            "rto_resolution_ms": _ms(outage.resolution if outage else None),
            "phases_ms": {name: _ms(self.phases.get(name)) for name in PHASES},
            "failover_ms": _ms(self.failover_s),
            "predicted": predicted,
            "published": [each.to_json() for each in self.published],
        }


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A run's measured effect."""

    run: str
    fault: FaultFacts | None = None
    """None: a load without one."""
    load: LoadFacts | None = None
    """None: its result is not known (another sdctl sends it, or it was killed)."""
    timing: Timing = field(default_factory=Timing)
    audit: Audit | None = None
    """None: nothing was written, or the stores could not be read back."""
    settled: bool = True
    """Whether every order and every follower had come to its end when the stores were read."""
    complete: bool = True
    """Whether the ledger was written to its end; a killed run's lacks its last second."""
    leader_before: str | None = None
    leader_after: str | None = None

    @property
    def judgement(self) -> Judgement:
        """What the measurements come to, as Jepsen composes checkers: the worst of what is known.

        *fail*: an acknowledged write is gone, a write is there twice, a refused one is there, one
        is there that nobody sent, or a client read something older than its own write. Else
        *unknown*: the writes were not read back or had not settled, none was acknowledged, or
        there was a fault and no recovery to time. Else *pass*.
        """
        audit = self.audit
        if self.load is not None and self.load.stale_reads:
            return "fail"
        if audit is not None and (
            audit.lost
            or audit.duplicated
            or audit.broken_promises
            or (audit.unrecorded and self.complete)
        ):
            return "fail"
        if audit is None or not audit.acknowledged or not self.settled:
            return "unknown"
        if self.fault is not None and self.timing.outage is None:
            return "unknown"
        return "pass"

    def to_json(self) -> dict[str, object]:
        """The value that ends ``sdctl chaos FAULT --json``."""
        load = self.load
        requests = ("sent", "ok", "failed", "unknown")
        return {
            "run": self.run,
            "fault": self.fault.to_json() if self.fault else None,
            "verdict": self.judgement,
            **self.timing.to_json(),
            "leader_before": self.leader_before,
            "leader_after": self.leader_after,
            "requests": {name: getattr(load, name) if load else None for name in requests},
            "writes": _writes(self.audit),
            "reads": {"stale": load.stale_reads if load else None},
            "host": dict(load.host) if load and load.host else None,
            "settled": self.settled if self.audit else None,
            "complete": self.complete,
        }


_COUNTED = ("recovered",)
_LISTED = (
    "lost", "duplicated", "broken_promises", "unfinished", "undelivered", "notified_twice",
    "unrecorded",
)  # fmt: skip


def _writes(audit: Audit | None) -> dict[str, object]:
    names = ("acknowledged", "refused", "unknown", *_COUNTED, *_LISTED, "behind", "remains")
    if audit is None:
        return dict.fromkeys(names)
    return {
        "acknowledged": audit.acknowledged,
        "refused": audit.refused,
        "unknown": audit.unknown,
        **{name: len(getattr(audit, name)) for name in _COUNTED},
        **{name: list(getattr(audit, name)) for name in _LISTED},
        "behind": {node: len(keys) for node, keys in audit.behind.items()},
        "remains": asdict(audit.remains) if audit.remains else None,
    }


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
