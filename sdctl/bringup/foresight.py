"""What `up` would change and why, in the words of people: by tier, and only what changes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sdctl.components.component import Component
from sdctl.components.node import Ability, Image
from sdctl.components.settings import Settings
from sdctl.components.variant import AUTO
from sdctl.design import setting_texts
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import counted, format_duration
from sdctl.targets.changes import Changes
from sdctl.targets.up_command import up_anew

_GONE = "it is not there"
BY_ONE = ", one after the other, the leader last"
_AT_ONCE = 2
"""Images are built in parallel, on as many processors as they were measured on."""


def lines(changes: Changes, before: Profile | None, topology: Topology) -> list[str]:
    """A line for each thing; ``before``: what the stack is made from now, None where none is."""
    return [
        *building(changes, topology.images),
        *(f"remove {name}: {cause}" for name, cause in changes.renewed.items()),
        *_of_nodes("remove", changes.removed, before, topology),
        *_of_nodes("create", changes.created, before, topology),
        *_of_nodes("recreate", changes.recreated, before, topology),
        *(f"put right {name}: it is not there, or not as it should be" for name in changes.others),
    ]


def put_back(
    before: Profile | None, usual: Profile | None, now: Profile, asked: Collection[str] = ()
) -> list[str]:
    """What was set before, or scaled, and will not be any more: ``app.replicas 5 → 2``.
    ``usual``: what the profile that runs says of itself, None where it is not known; then only the
    same profile is compared. ``asked``: the settings that the user names now, who knows of them.
    What is left open (``auto``) takes nothing back: what runs stays."""
    if before is None or (usual is None and before.name != now.name):
        return []
    was_set = {
        (tier, setting)
        for tier, texts in _differences(usual or now, before).items()
        for setting in texts
    }
    return [
        f"{tier}.{text}"
        for tier, texts in _differences(before, now).items()
        for setting, text in texts.items()
        if (tier, setting) in was_set
        and f"{tier}.{setting}" not in asked
        and getattr(now.settings[tier], setting) != AUTO
    ]


def beside(changes: Changes, before: Profile, topology: Topology) -> list[str]:
    """A line for each tier whose nodes are made anew, and why: also of a tier that is scaled, whose
    nodes that stay may be told of those that come or go by that alone."""
    return [*_of_nodes("recreate", changes.recreated, before, topology)]


def must_stay(before: Profile | None, topology: Topology) -> None:
    """Raises :class:`UsageError` where a tier would have fewer nodes than its data can do with."""
    for tier, was, why in too_few(before, topology) if before is not None else ():
        raise UsageError(
            why,
            hint=f"Keep them with `--set {tier}.nodes={was}`. With fewer it is another stack: "
            f"`{typed('down', topology.stack)}` removes this one and its data, then "
            f"`{up_anew(topology.stack, topology.profile, before=before)}`.",
        )


def too_few(before: Profile, topology: Topology) -> Iterator[tuple[str, int, str]]:
    """The tiers that would have fewer nodes than their data can do with: each with the nodes that
    it had, and why."""
    for tier, component in topology.components.items():
        if not component.fewer or tier not in before.settings:
            continue
        was, now = before.settings[tier].count, topology.profile.settings[tier].count
        if now < was:
            yield tier, was, f"{tier} has {was} nodes and cannot have {now}: {component.fewer}"


def unused(profile: Profile, abilities: Collection[Ability]) -> Iterator[str]:
    """A line for each setting that changes nothing on a target with these abilities, and what does
    it there."""
    if "images brought" not in abilities:
        for name, value in profile.delivery.model_dump().items():
            if value:
                yield (
                    f"images.{name} changes nothing here: it is for a cluster. Here images are "
                    "used where they are built"
                )
    for tier, settings in profile.settings.items():
        if (most := _autoscaled(settings)) and not scaled_by_itself(profile, tier, abilities):
            least, cpu = (
                settings.model_dump()["autoscale_min"],
                settings.model_dump()["autoscale_cpu"],
            )
            yield (
                f"{tier}.autoscale_max is for a cluster. Here this does it, while it runs: "
                f"sdctl autoscale {tier} --min {least} --max {most} --target-cpu {cpu}"
            )


def scaled_by_itself(profile: Profile, tier: str, abilities: Collection[Ability]) -> int:
    """The most replicas that a target with these abilities makes of a tier by itself, as the load
    asks; 0: it does not."""
    return _autoscaled(profile.settings[tier]) if "scale by load" in abilities else 0


def _autoscaled(settings: Settings) -> int:
    return int(getattr(settings, "autoscale_max", 0))


def building(changes: Changes, images: Sequence[Image]) -> list[str]:
    """One line, of everything that is built and how long that takes; none without."""
    missing = [image for image in images if image.name in changes.built]
    if not missing:
        return []
    named = [f"{image.name} {format_duration(image.build_s)}" if image.build_s else image.name
            for image in missing]  # fmt: skip
    took = [image.build_s for image in missing]
    all_s = max(*took, sum(took) / _AT_ONCE) if len(took) > 1 else took[0]
    count = counted(len(missing), "image")
    return [f"build {count}, about {_about(all_s)} if nothing was kept: {', '.join(named)}"]


def _about(seconds: float) -> str:
    """Nobody knows it to the second."""
    return format_duration(round(seconds, -1) if seconds > 60 else round(seconds))


def _of_nodes(
    verb: str, nodes: Sequence[str], before: Profile | None, topology: Topology
) -> Iterator[str]:
    """One line for the nodes of a tier."""
    tiers: dict[str, list[str]] = {}
    for name in nodes:
        tiers.setdefault(_tier(name, topology), []).append(name)
    for tier, names in tiers.items():
        why = reason(verb, tier, before, topology.profile)
        line = f"{verb} {', '.join(names)}"
        line += f": {why}" if why else ""
        component = topology.components.get(tier)
        whole = {node.name for node in topology.tiers.get(tier, ())} <= set(names)
        if verb == "recreate" and whole and component is not None:
            line += BY_ONE if component.one_by_one and len(names) > 1 else _without(component)
        yield line


def _without(component: Component) -> str:
    """What is away while the tier's nodes are made anew, all at once."""
    if component.renewed_s is None:
        return ""
    return f", {format_duration(component.renewed_s)} without {component.gives or component.tier}"


def _tier(node: str, topology: Topology) -> str:
    """Its tier; of a node that is to go, by its component's name."""
    for tier, component in topology.components.items():
        if node.rpartition("-")[0] in {part.name for part in component.parts}:
            return tier
    return ""


def reason(verb: str, tier: str, before: Profile | None, now: Profile) -> str:
    """Why nodes of a tier change: the settings that differ, those of the tier itself first."""
    if before is None:
        return ""
    differ = _differences(before, now)
    if own := differ.pop(tier, None):
        return ", ".join(own.values())
    if verb == "create" and tier in before.tiers:
        return _GONE
    others = [f"{name}.{text}" for name, texts in differ.items() for text in texts.values()]
    gone = [f"{name} is no tier any more" for name in before.tiers if name not in now.tiers]
    new = [f"{name} is a new tier" for name in now.tiers if name not in before.tiers]
    if others or gone or new:
        return ", ".join([*new, *gone, *others])
    return _GONE if verb == "create" else "this sdctl makes it in another way"


def _differences(before: Profile, now: Profile) -> dict[str, dict[str, str]]:
    """For each tier of both, by setting: ``rate_limit 20 → 5000``."""
    differ: dict[str, dict[str, str]] = {}
    for tier in now.tiers:
        if tier not in before.settings:
            continue
        old, new = before.settings[tier], now.settings[tier]
        found: dict[str, str] = {}
        for name, field in type(new).model_fields.items():
            was, becomes = getattr(old, name, None), getattr(new, name)
            if was != becomes:
                texts = (setting_texts.text_of(field, value) for value in (was, becomes))
                found[name] = f"{name} {' → '.join(texts)}"
        if found:
            differ[tier] = found
    return differ
