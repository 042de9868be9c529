"""Are there processors for it, and are they idle?"""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design import needs
from sdctl.targets.check_result import CheckResult

_LEAST = 2
"""A load generator and a stack on one processor measure each other."""
BUSY = 1.5
"""Processes for each processor that want one: what is measured then is the machine."""


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """How many, and how many processes want one."""
    rest = needs.processors(wanted.topology.nodes)
    if machine.processors < _LEAST:
        yield CheckResult(
            id="cores-few",
            status="warning",
            message=f"{machine.processors} core: load and stack share it, so latencies do not "
            f"count (at rest {wanted.topology.profile.name} takes {rest:.0%} of one)",
            fix=wanted.command("up lite"),
        )
    elif machine.load > BUSY * machine.processors and wanted.new:
        yield CheckResult(
            id="cores-busy",
            status="warning",
            message=f"this machine is busy: {machine.load:.1f} processes share "
            f"{machine.processors} cores. So `up` takes longer, and measured times say little "
            "about the stack. Stop other work (`top` shows it), or wait until the machine is idle",
            fix=f"until awk '{{exit !($1 < {BUSY * machine.processors:g})}}' /proc/loadavg; "
            "do sleep 5; done",
            waits=True,
        )
    else:
        yield CheckResult(
            id="cores",
            message=f"{machine.processors} cores; at rest {wanted.topology.profile.name} "
            f"takes {rest:.0%} of one",
        )
