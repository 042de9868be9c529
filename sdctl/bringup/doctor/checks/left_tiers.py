"""What this machine cannot have of the profile, and what it has in its place."""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.components.component import every_component
from sdctl.targets.check_result import CheckResult

ID = "tier-left-out"
_PACKAGES = {"java": "default-jdk-headless", "mvn": "maven", "go": "golang-go"}
"""A command → Debian's package with it."""


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """Each tier that is left out, and each choice that was made."""
    left_out = wanted.topology.profile.left_out
    for name, why in left_out.items():
        known = [part for part in every_component() if name in (part.tier, part.name)]
        tools = [tool for part in known for tool in part.tools if tool in why.split()]
        packages = " ".join(_PACKAGES.get(tool, tool) for tool in tools)
        yield CheckResult(
            id=ID,
            status="warning",
            message=f"{name} is left out: {why}",
            fix=f"sudo apt-get install -y {packages}" if packages else "",
        )
    for line in wanted.said:
        if line.partition(" is left out: ")[0] not in left_out:
            yield CheckResult(id="variant", message=line)
