"""Which component each tier is, as far as the settings say it: MongoDB or FerretDB, and so on."""

from __future__ import annotations

from typing import Any

from sdctl.components.component import Component, all_components, every_component
from sdctl.components.variant import AUTO
from sdctl.design.profile import Profile, shown_by
from sdctl.foundation.errors import InvalidProfile, Problem


def components_of(profile: Profile) -> dict[str, Component]:
    """The component of each known tier, as the settings say; where they say nothing, one that works
    with what they say of other tiers. Raises ``InvalidProfile`` for two that do not work together.
    """
    named = {
        component.name
        for component in every_component()
        if component.server in named_servers(profile, component.tier)
    }
    components = all_components(named)
    for tier in profile.tiers:
        if named_servers(profile, tier) or fits(components[tier], profile, components):
            continue
        named |= {
            variant.name for variant in variants_of(tier) if fits(variant, profile, components)
        }
    components = all_components(named)
    problems = [
        Problem(f"{tier}.server", f"{part.name} works with {unmet} alone")
        for tier in profile.tiers
        for part in components[tier].parts
        if named_servers(profile, tier) and (unmet := misfit(part, profile, components))
    ]
    if problems:
        raise InvalidProfile(f"profile {profile.name}", problems, profile=shown_by(profile.name))
    return components


def certain(profile: Profile) -> tuple[str, ...]:
    """Pure: the tiers that will be there: they need no registry, or their server is named."""
    made_here = {component.tier for component in every_component() if not component.registry}
    return tuple(t for t in profile.tiers if t in made_here or named_servers(profile, t))


def fits(component: Component, profile: Profile, components: dict[str, Component]) -> bool:
    """Pure: whether what it works with is what is there."""
    return not misfit(component, profile, components)


def variants_of(tier: str) -> tuple[Component, ...]:
    """All components that can be a tier, in the order of their files."""
    return tuple(component for component in every_component() if component.tier == tier)


def named_servers(profile: Profile, tier: str) -> tuple[str, ...]:
    """The servers that a tier's settings name; none while that is open."""
    settings = profile.settings.get(tier)
    servers: Any = getattr(settings, "servers", None) or getattr(settings, "server", AUTO)
    named = (servers,) if isinstance(servers, str) else tuple(servers)
    return tuple(server for server in named if server != AUTO)


def misfit(component: Component, profile: Profile, components: dict[str, Component]) -> str:
    """Pure: the settings that it works with and that are otherwise; empty: none."""
    return ", ".join(
        f"{tier}.server={server}"
        for tier, server in component.works_with.items()
        if tier not in profile.tiers or components[tier].server != server
    )
