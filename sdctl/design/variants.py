"""Which component is a tier, where several can be: MongoDB or FerretDB, and so on.

Their setting ``server`` says which; ``auto`` is decided once, before anything starts, and said out
loud: what runs already stays; else the vendor's own where a registry offers its image; else the one
that is built here; a tier with neither is left out. ``images=registry`` and ``images=local`` decide
without asking anybody: ``variant_rules.py`` is the table of all rules. Some are for one server of
another tier alone (``works_with``), and some tiers are all that can be had, side by side
(``servers``). A tier that requires what the target cannot do is left out.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from sdctl.components.component import Component, Plan, all_components
from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design.profile import Profile
from sdctl.design.tier_components import components_of, fits, misfit, named_servers, variants_of
from sdctl.design.variant_rules import Choice, decide

Offered = Callable[[str], bool]
"""Whether an image can be pulled, by its reference."""
Installed = Callable[[str], bool]
"""Whether this machine has a command."""


def _has(tool: str) -> bool:
    return shutil.which(tool) is not None


@dataclass(frozen=True)
class Resolved:
    """A profile without ``auto``, and a line for each tier that was decided."""

    profile: Profile
    said: tuple[str, ...]


def resolve(
    profile: Profile,
    running: Collection[str],
    offered: Offered,
    installed: Installed = _has,
    abilities: Collection[Ability] = ALL_ABILITIES,
) -> Resolved:
    """Decide every ``auto``; ``running``: the names of the components that run already,
    ``abilities``: what the target can do."""
    left = {name: why for name, why in profile.left_out.items() if name not in profile.tiers}
    profile = able(profile, abilities)
    said = [f"{tier} is left out: {why}" for tier, why in profile.left_out.items()]
    left |= profile.left_out
    for tier in sorted(
        profile.tiers, key=lambda name: any(v.works_with for v in variants_of(name))
    ):
        variants = variants_of(tier)
        if named_servers(profile, tier) or not _open(variants):
            continue
        groups = [(variant,) for variant in variants] if variants[0].beside else [variants]
        found: list[Component] = []
        lines: list[str] = []
        for group in groups:
            component, why = decide(_choice(profile, group, running, offered, installed))
            what = tier if len(groups) == 1 else group[0].name
            if component is None:
                left[what] = why
                lines.append(f"{what} is left out: {why}")
            else:
                found.append(component)
                lines += [f"{what}: {component.name}, {why}"] if len(group) > 1 else []
        profile = _with(profile, tier, found) if found else _without(profile, tier)
        fewer = _fewer(profile, tier) if found else ""
        said += [*lines[:-1], "; ".join((*lines[-1:], fewer))] if fewer else lines
    rest = without(profile, _idle(profile))
    said += [f"{tier} is left out: {why}" for tier, why in rest.left_out.items()]
    return Resolved(dataclasses.replace(rest, left_out={**left, **rest.left_out}), tuple(said))


def able(profile: Profile, abilities: Collection[Ability]) -> Profile:
    """Pure: the profile without the tiers that need of the target what it cannot do."""
    return without(profile, _unable(profile, abilities))


def vendor_images(profile: Profile) -> tuple[str, ...]:
    """Pure: what :func:`resolve` asks a registry for first; what works with one of them comes
    later, if at all."""
    if profile.images != "auto":
        return ()
    chosen = components_of(profile)
    open_ = [
        tier
        for tier in profile.tiers
        if not named_servers(profile, tier) and _open(variants_of(tier))
    ]
    found = (variant for tier in open_ for variant in variants_of(tier) if variant.registry)
    return tuple(
        _reference(profile, variant) for variant in found if fits(variant, profile, chosen)
    )


def _unable(profile: Profile, abilities: Collection[Ability]) -> dict[str, str]:
    """The tiers that need of the target what it cannot do, and what that is."""
    unable = {}
    for tier in profile.tiers:
        lacking = [set(variant.requires) - set(abilities) for variant in variants_of(tier)]
        if all(lacking):
            unable[tier] = (
                f"what runs this stack cannot show the {' and the '.join(sorted(lacking[0]))}"
            )
    return unable


def _idle(profile: Profile) -> dict[str, str]:
    """The tiers that would have nothing to do, and why."""
    chosen = components_of(profile)
    plan = Plan(profile.settings, {tier: chosen[tier] for tier in profile.tiers})
    reasons = {
        tier: component.idle(plan) for tier, component in plan.components.items() if component.idle
    }
    return {tier: why for tier, why in reasons.items() if why}


def _choice(
    profile: Profile,
    group: tuple[Component, ...],
    running: Collection[str],
    offered: Offered,
    installed: Installed,
) -> Choice:
    others = components_of(profile)
    return Choice(
        variants=tuple(variant for variant in group if fits(variant, profile, others)),
        misfit=misfit(group[0], profile, others),
        images=profile.images,
        running=running,
        is_offered=lambda component: offered(_reference(profile, component)),
        is_installed=installed,
    )


def without(profile: Profile, left_out: Mapping[str, str]) -> Profile:
    """Pure: a profile without these tiers (name → why), nor any that needs one that is not there;
    it names them all."""
    left = dict(left_out)
    for tier in left_out:
        profile = _without(profile, tier)
    while needing := _needing(profile):
        tier, lacking = needing[0]
        profile = _without(profile, tier)
        left[tier] = f"it needs {', '.join(lacking)}"
    return dataclasses.replace(profile, left_out=left)


def _needing(profile: Profile) -> list[tuple[str, list[str]]]:
    """The tiers that need others which are not there, each with those."""
    known, there = all_components(), set(profile.tiers)
    found = ((tier, sorted(set(known[tier].needs) - there)) for tier in profile.tiers)
    return [(tier, lacking) for tier, lacking in found if lacking]


def _fewer(profile: Profile, tier: str) -> str:
    """What is to be said where a component has fewer nodes than the settings ask for."""
    settings = profile.settings[tier]
    asked = getattr(settings, settings.scales_by) if settings.scales_by else settings.count
    if settings.count == asked:
        return ""
    return f"{settings.count} node, not the {asked} of {tier}.{settings.scales_by}"


def _open(variants: tuple[Component, ...]) -> bool:
    """Whether there is anything to decide."""
    return len(variants) > 1 or any(variant.registry or variant.tools for variant in variants)


def _reference(profile: Profile, component: Component) -> str:
    profile = _with(profile, component.tier, [component])
    chosen = components_of(profile)
    plan = Plan(profile.settings, {tier: chosen[tier] for tier in profile.tiers})
    node = component.nodes(profile.settings[component.tier], plan)[0]
    return profile.registry.reference(node.image.name, node.image.reference or "")


def _with(profile: Profile, tier: str, components: Iterable[Component]) -> Profile:
    servers = tuple(component.server for component in components if component.server is not None)
    if not servers:
        return profile
    side_by_side = hasattr(profile.settings[tier], "servers")
    update = {"servers": servers} if side_by_side else {"server": servers[0]}
    model = profile.settings[tier].model_copy(update=update)
    return dataclasses.replace(profile, settings={**profile.settings, tier: model})


def _without(profile: Profile, tier: str) -> Profile:
    return dataclasses.replace(
        profile,
        tiers=tuple(other for other in profile.tiers if other != tier),
        settings={name: value for name, value in profile.settings.items() if name != tier},
    )
