"""What this machine cannot have of the profile, and what it has in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.components.component import Component, Plan, all_components, every_component
from sdctl.design.profile import Profile
from sdctl.foundation import own_command
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
        fix = f"sudo apt-get install -y {packages}" if packages else ""
        if not fix and any(part.registry for part in known):
            fix = _vendors(wanted, known)
        yield CheckResult(id=ID, status="warning", message=f"{name} is left out: {why}", fix=fix)
    for line in wanted.said:
        if line.partition(" is left out: ")[0] not in left_out:
            yield CheckResult(id="variant", message=line)


def _vendors(wanted: PlannedStack, known: Sequence[Component]) -> str:
    """What makes a tier possible that only a registry has: its image, and that of the one that it
    works with. A registry that does not offer it says why."""
    profile = wanted.topology.profile
    if profile.images == "local":
        return own_command.up_with("images=auto", wanted.topology.stack)
    beside = {pair for part in known for pair in part.works_with.items()}
    parts = [part for part in every_component() if (part.tier, part.server) in beside]
    vendors = [part for part in (*parts, *known) if part.registry]
    pull = wanted.survey.pull
    return " && ".join(f"{pull} {_image(profile, part)}" for part in vendors if pull)


def _image(profile: Profile, part: Component) -> str:
    """As it is pulled for this profile, which has no such tier."""
    components = all_components({part.name})
    kinds: dict[str, Any] = {tier: component.settings for tier, component in components.items()}
    settings = {tier: kind() for tier, kind in kinds.items()}
    image = part.nodes(settings[part.tier], Plan(settings, components))[0].image
    return profile.registry.reference(image.name, image.reference or "")
