"""Which component is a tier, where several can be: MongoDB or FerretDB, and so on.

Their setting ``server`` says which; ``auto`` is decided once, before anything starts, and said out
loud: what runs already stays; else the vendor's own where a registry offers its image; else the one
that is built here; a tier with neither is left out.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sdctl.components.component import Component, all_components, every_component
from sdctl.profile import Profile
from sdctl.topology import Plan

AUTO = "auto"
Offered = Callable[[str], bool]
"""Whether an image can be pulled, by its reference."""
Installed = Callable[[str], bool]
"""Whether this machine has a command."""


@dataclass(frozen=True)
class Resolved:
    """A profile without ``auto``, and a line for each tier that was decided."""

    profile: Profile
    said: tuple[str, ...]


def components_of(profile: Profile) -> dict[str, Component]:
    """The component of each known tier, as the profile's ``server`` settings say."""
    servers = {tier: getattr(s, "server", AUTO) for tier, s in profile.settings.items()}
    named = [c.name for c in every_component() if c.server and c.server == servers.get(c.tier)]
    return all_components(named)


def resolve(
    profile: Profile,
    running: Collection[str],
    offered: Offered,
    installed: Installed = lambda tool: shutil.which(tool) is not None,
) -> Resolved:
    """Decide every ``auto``; ``running``: the names of the components that run already."""
    said: list[str] = []
    for tier in profile.tiers:
        variants = tuple(each for each in every_component() if each.tier == tier)
        if getattr(profile.settings[tier], "server", AUTO) != AUTO or not _open(variants):
            continue
        component, why = _decide(profile, variants, running, offered, installed)
        if component is None:
            profile = _without(profile, tier)
            said.append(f"{tier} is left out: {why}")
            continue
        if component.server is not None:
            profile = _with(profile, tier, component.server)
        if len(variants) > 1:
            said.append(f"{tier}: {component.name}, {why}")
    for tier in profile.tiers:
        lacking = set(all_components()[tier].needs) - set(profile.tiers)
        if lacking:
            profile = _without(profile, tier)
            said.append(f"{tier} is left out: it needs {', '.join(sorted(lacking))}")
    return Resolved(profile, tuple(said))


def _open(variants: tuple[Component, ...]) -> bool:
    """Whether there is anything to decide."""
    return len(variants) > 1 or any(each.registry or each.tools for each in variants)


def _decide(
    profile: Profile,
    variants: tuple[Component, ...],
    running: Collection[str],
    offered: Offered,
    installed: Installed,
) -> tuple[Component | None, str]:
    for each in variants:
        if each.name in running:
            return each, "as it runs already"
    vendor = next((each for each in variants if each.registry), None)
    local = next((each for each in variants if not each.registry), None)
    if profile.images == "registry" and vendor is not None:
        return vendor, "as images=registry asks"
    lacking = [tool for tool in local.tools if not installed(tool)] if local else []
    if lacking and (profile.images == "local" or vendor is None):
        return None, f"to build its image this machine needs {' and '.join(lacking)}"
    if profile.images == "local":
        return local, "as images=local asks" if local else "it has no image that is built here"
    if vendor is not None and offered(_reference(profile, vendor)):
        return vendor, "a registry offers it"
    if lacking:
        tools = " and ".join(lacking)
        return None, f"no registry offers its image, and to build one it needs {tools} here"
    reason = "no registry offers its image" + (f" ({vendor.name})" if vendor and local else "")
    return local, f"built here; {reason}" if local else reason


def _reference(profile: Profile, component: Component) -> str:
    if component.server is not None:
        profile = _with(profile, component.tier, component.server)
    chosen = components_of(profile)
    plan = Plan(profile, {tier: chosen[tier] for tier in profile.tiers})
    node = component.nodes(profile.settings[component.tier], plan)[0]
    return node.image.reference or ""


def _with(profile: Profile, tier: str, server: str) -> Profile:
    model = profile.settings[tier].model_copy(update={"server": server})
    return dataclasses.replace(profile, settings={**profile.settings, tier: model})


def _without(profile: Profile, tier: str) -> Profile:
    return dataclasses.replace(
        profile,
        tiers=tuple(each for each in profile.tiers if each != tier),
        settings={name: value for name, value in profile.settings.items() if name != tier},
    )
