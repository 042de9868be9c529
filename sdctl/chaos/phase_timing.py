"""How long a fault took, phase by phase, beside what the settings predict and others publish."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sdctl.chaos import failover, record_times
from sdctl.components.component import Component
from sdctl.components.published import Published
from sdctl.design.prediction import predict
from sdctl.design.profile import Profile
from sdctl.faults.kill_leader import DEATHS, KillLeader
from sdctl.foundation.errors import SdctlError
from sdctl.judge.fault_timing import Timing
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.state.fault_record import Record
from sdctl.targets.target import Target


def of_stop(record: Record | None, outage: Outage | None) -> Timing:
    """Without the servers' logs."""
    healed_at = record.healed_at if record else None
    return Timing.of_stop(outage, record_times.monotonic(healed_at) if healed_at else None)


def timing(
    engine: Target,
    profile: Profile,
    components: Mapping[str, Component],
    record: Record,
    outage: Outage | None,
    facts: RunFacts,
    *,
    meanwhile: str,
) -> Timing:
    """What the servers' logs tell of a fault that is healed. Logs that cannot be read tell
    nothing; then it counts when a leader was first seen. Where nobody could take over, there is no
    failover of which logs could tell, settings predict or others publish. ``meanwhile``: what else
    was on, with which the settings do not reckon."""
    stopped = of_stop(record, outage)
    if facts.alone:
        return stopped
    injected_at, found = record_times.injected_at(record), None
    with suppress(SdctlError):
        found = failover.observe(
            engine,
            tier=record.tier,
            target=record.target,
            injected_at=injected_at,
            until=_end(record, outage),
        )
    band = predict(profile, components, record.tier, record.how)
    # where writes did not stop there is nothing to divide into phases
    stop = (outage.since, outage.until) if outage is not None and outage.seconds else None
    return replace(
        stopped,
        phases=found.phases(*stop) if stop and found else {},
        revoked_s=found.revoked_after(*stop) if stop and found else None,
        remark=found.remark(*stop) if stop and found else None,
        failover_s=found.seconds(injected_at, single=not meanwhile) if found else facts.led_after_s,
        leader=found.leader if found else None,
        band=band,
        meanwhile=meanwhile,
        published=_published(components, record),
    )


def _published(components: Mapping[str, Component], record: Record) -> tuple[Published, ...]:
    """What others measured is of a leader that dies: not of one that is paused or cut off."""
    component = components.get(record.tier)
    dies = record.kind == KillLeader.kind and record.how in DEATHS
    return component.published if component and dies else ()


def _end(record: Record, outage: Outage | None) -> float | None:
    """After this nothing is of this fault: a later one may have followed."""
    if record.healed_at is None:
        return None
    healed_at = record_times.monotonic(record.healed_at)
    return max(healed_at, outage.until) if outage is not None else healed_at
