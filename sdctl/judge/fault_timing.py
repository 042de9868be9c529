"""How long a fault took, phase by phase, and how long it should have taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sdctl.components.band import Band
from sdctl.components.published import Published
from sdctl.foundation.units import format_duration, milliseconds
from sdctl.judge.outage import Outage

LATE = "writes stopped only after the fault's end"
"""Why a stop is not compared with how long the fault was to stop writes."""
UNCOUNTED = "does not count"
"""Beside how long writes stopped, in a run whose times do not count."""


def afterwards(healed_before_ms: float | None) -> str:
    """How long after a fault's end writes stopped, for people; None: not after it."""
    if healed_before_ms is None:
        return ""
    return f", {format_duration(healed_before_ms / 1000)} after the fault's end"


PHASE_NAMES = ("detect", "elect", "promote", "reroute")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long a fault took, and how long it should have taken."""

    outage: Outage | None = None
    """None: not measured, or still out when the watching ended."""
    healed_before_s: float | None = None
    """So long before that stop the fault was healed; None: it was on then, or there was no stop."""
    phases: Mapping[str, float | None] = field(default_factory=dict)
    """Seconds of the outage's phases; None for one that no log tells."""
    revoked_s: float | None = None
    """Into the outage, the dead leader's lease was revoked; None: it was not."""
    remark: str | None = None
    """Why a phase is not told."""
    failover_s: float | None = None
    """Until the tier had a leader again, by its own logs, whether or not clients waited for it."""
    leader: str | None = None
    """Who that was."""
    band: Band | None = None
    """What the settings predict; None: they do not tell."""
    meanwhile: str = ""
    """What else was on meanwhile, such as ``f-5 kill-leader``. The settings do not reckon with it,
    so what they predict is compared with nothing. Empty: nothing."""
    published: tuple[Published, ...] = ()

    @classmethod
    def of_stop(cls, outage: Outage | None, healed_at: float | None) -> Timing:
        """Of what the writes alone tell. ``healed_at``: on the clock of the outage; None: not yet,
        or nobody knows."""
        if outage is None or not outage.seconds or healed_at is None or outage.since <= healed_at:
            return cls(outage=outage)
        return cls(outage=outage, healed_before_s=outage.since - healed_at)

    def as_written(self, told: Mapping[str, Any]) -> Timing | None:
        """The same with what ``to_json`` wrote of the servers' logs and the settings. A log may be
        cut off since, or begin anew with its node, and settings change. None: it had nothing of
        them."""
        phases = {name: _seconds(ms) for name, ms in (told.get("phases_ms") or {}).items()}
        told_by_logs = [*phases.values(), told.get("phases_remark"), told.get("failover_ms")]
        if all(known is None for known in told_by_logs):
            return None
        band = told.get("predicted")
        return replace(
            self,
            phases=phases,
            revoked_s=_seconds(told.get("revoked_ms")),
            remark=told.get("phases_remark"),
            failover_s=_seconds(told.get("failover_ms")),
            band=Band.of_json(band) if band else None,
            published=tuple(map(Published.of_json, told.get("published") or ())),
        )

    @property
    def afterwards(self) -> str:
        """Added to how long writes stopped, for people, where the fault was over by then."""
        return afterwards(milliseconds(self.healed_before_s))

    @property
    def as_predicted(self) -> bool | None:
        """Whether the measurement lies in the band; None: nothing to compare."""
        if self.band is None or self.meanwhile:
            return None
        if self.band.of == "failover":
            return None if self.failover_s is None else self.band.holds(self.failover_s)
        outage = self.outage
        if outage is None or self.healed_before_s is not None:
            return None
        return self.band.holds(outage.seconds, outage.resolution)

    def to_json(self, *, holds: bool | None) -> dict[str, object]:
        """Its part of a verdict's JSON. ``holds``: whether it is as predicted, in its run."""
        outage, band = self.outage, self.band
        beside = {"meanwhile": self.meanwhile} if self.meanwhile else {}
        predicted = {**band.to_json(), "holds": holds, **beside} if band else None
        return {
            "rto_ms": milliseconds(outage.seconds if outage else None),
            "rto_resolution_ms": milliseconds(outage.resolution if outage else None),
            "healed_before_ms": milliseconds(self.healed_before_s),
            "phases_ms": {name: milliseconds(self.phases.get(name)) for name in PHASE_NAMES},
            "phases_remark": self.remark,
            "revoked_ms": milliseconds(self.revoked_s),
            "failover_ms": milliseconds(self.failover_s),
            "predicted": predicted,
            "published": [band.to_json() for band in self.published],
        }


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000
