"""Is there memory for this profile with these settings?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design import needs
from sdctl.foundation.units import format_size
from sdctl.targets.check_result import CheckResult

_ROOM = 1.3
"""Nodes at work take more than at rest, and files want to be kept in memory."""

_WAIT = "until awk '/MemAvailable/ {{exit !($2 >= {kilobytes})}}' /proc/meminfo; do sleep 5; done"


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """What is free, against what the nodes that are to be made take at rest."""
    profile = wanted.topology.profile.name
    need = needs.memory(wanted.new)
    most = wanted.survey.memory or machine.memory_total
    here = wanted.survey.here
    free = min(machine.memory, most) if here else most
    room = f"{format_size(free)} is free" if here else f"its machines have {format_size(free)}"
    said = f"{profile} takes about {format_size(need)} and {room}"
    if need == 0 or need * _ROOM <= free:
        yield CheckResult(id="memory", message=said if need else "every node runs already")
        return
    others = wanted.others()
    fitting = _largest(others, free, below=need)
    fix, close = wanted.command(f"up {fitting}") if fitting else "", ""
    if not fitting and here:
        fix = _WAIT.format(kilobytes=int(need * _ROOM) // 1024)
        close = f". {machine.largest()} holds most: end that, or wait until enough is free"
    if need > free:
        fits = f"{fitting} fits ({format_size(others[fitting])})" if fitting else "none fits"
        yield CheckResult(
            id="memory-short",
            status="failure",
            message=f"{said}; of the profiles that come with sdctl {fits}{close}",
            fix=fix,
            waits=not fitting,
        )
        return
    yield CheckResult(
        id="memory-tight", status="warning",
        message=f"{said}: under load it may not be enough{close}", fix=fix,
        waits=not fitting,
    )  # fmt: skip


def _largest(profiles: Mapping[str, int], free: int, *, below: int) -> str:
    """The profile that takes most and still fits, less than what does not; empty: none."""
    fits = {name: need for name, need in profiles.items() if need * _ROOM <= free and need < below}
    return max(fits, key=lambda name: fits[name], default="")
