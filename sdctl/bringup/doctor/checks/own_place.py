"""The shell, the clock, and the folder of sdctl's own."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.foundation.units import format_size
from sdctl.targets.check_result import CheckResult

_EARLIEST = 1_767_225_600
"""2026: no clock of this sdctl can be before it, and no certificate would be valid."""
_SLOW = ("jiffies", "acpi_pm", "hpet")
_STATE = 20 * 1024**2
_ELSEWHERE = 'export SDCTL_HOME="$(mktemp -d)"'


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """What would be noticed late, and be hard to explain."""
    yield from _state(machine, wanted)
    yield from _clock(machine)
    if machine.proxy and not machine.spared:
        yield CheckResult(
            id="proxy-not-spared",
            status="warning",
            message=f"{machine.proxy} is set and no_proxy does not name {machine.host}: requests "
            "of curl to the stack go to the proxy (those of sdctl do not)",
            fix=f'export no_proxy="{machine.host},localhost,$no_proxy"',
        )
    else:
        yield CheckResult(id="proxy", message="requests to this machine use no proxy")


def _state(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    folder = machine.state_folder
    if machine.state_problem:
        yield CheckResult(
            id="state-folder",
            status="failure",
            message=f"sdctl keeps its state in {folder}, which cannot be: {machine.state_problem}",
            fix=_ELSEWHERE,
        )
    elif machine.state_free < _STATE:
        yield _full(machine, wanted.survey.make_room)
    else:
        yield CheckResult(id="state", message=f"sdctl's own state: {folder}")


def _full(machine: Machine, make_room: str) -> CheckResult:
    """A stack needs the folder that it was made from, so only without one another may be taken."""
    folder, id_ = machine.state_folder, "state-full"
    said = f"{format_size(machine.state_free)} is free where sdctl keeps its state ({folder})"
    if machine.state_needed:
        said += (
            ". Your stacks need this folder. What you can delete on that disk: old runs in "
            f"{folder / 'history'} (`sdctl runs` lists them)"
        )
    if machine.state_on_disk and make_room:
        return CheckResult(id=id_, status="failure", message=said, fix=make_room)
    if machine.state_needed:
        enough = f"$4 > {_STATE // 1024}"
        wait = f"until df -Pk {shlex.quote(str(folder))} | awk 'NR == 2 {{exit !({enough})}}'"
        fix = f"{wait}; do sleep 5; done"
        return CheckResult(id=id_, status="failure", message=said, fix=fix, waits=True)
    return CheckResult(id=id_, status="failure", message=said, fix=_ELSEWHERE)


def _clock(machine: Machine) -> Iterator[CheckResult]:
    if machine.clock < _EARLIEST:
        yield CheckResult(
            id="clock-wrong",
            status="failure",
            message="this machine's clock is years behind: no certificate is valid yet",
            fix="sudo timedatectl set-ntp true",
        )
    elif machine.clocksource in _SLOW:
        yield CheckResult(
            id="clock-slow",
            status="warning",
            message=f"the kernel's clock source is {machine.clocksource}, which is slow to read: "
            "latencies come out longer",
            fix="echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/"
            "current_clocksource",
        )
    else:
        yield CheckResult(id="clock", message=f"clock source {machine.clocksource or 'not told'}")
