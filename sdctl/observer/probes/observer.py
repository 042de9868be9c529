"""The observer itself: it answers, so it is ok."""

from __future__ import annotations

from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Reading


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Always ok."""
    return [Reading(name=target.name, health="ok") for target in targets]


PROBE = Probe(component="observer", read=read)
