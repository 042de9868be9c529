"""What the settings of several tiers must agree in: each tier says its own part (``conflicts``);
here is what concerns all of them alike: host ports, and what can be exposed at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sdctl.design.profile import Profile, shown_by
from sdctl.design.tier_components import certain
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import InvalidProfile, Problem


def agreed(stack: str, profile: Profile) -> Topology:
    """The topology of a profile whose tiers are decided. Raises ``InvalidProfile`` where what was
    open when it was read turned out so that its settings contradict each other."""
    topology = expand(stack, profile)
    found = (*conflicts(profile, profile.tiers), *publishing(topology, certain(profile)))
    if problems := sorted(set(found)):
        raise InvalidProfile(f"profile {profile.name}", problems, profile=shown_by(profile.name))
    return topology


def disagreements(profile: Profile, sound: Collection[str]) -> list[Problem]:
    """All of it, where the profile leaves nothing open; what is open is decided later, and then
    looked at again."""
    problems = list(conflicts(profile, sound))
    try:
        topology = expand("", profile)
    except InvalidProfile as error:
        return [*problems, *error.problems]
    return [*problems, *publishing(topology, set(sound) & set(certain(profile)))]


def conflicts(profile: Profile, sound: Collection[str]) -> Iterator[Problem]:
    """What each tier's settings say of the others'. Only ``sound`` tiers are looked at: those whose
    own section is without a problem."""
    sections = {tier: profile.settings[tier] for tier in profile.tiers if tier in sound}
    for tier, settings in sections.items():
        others = {name: section for name, section in sections.items() if name != tier}
        yield from settings.conflicts(others)


def publishing(topology: Topology, sound: Collection[str]) -> Iterator[Problem]:
    """Host ports that two nodes want, and tiers that are to be exposed and have nothing to show."""
    holders: dict[int, tuple[str, str]] = {}
    published = set()
    for node in topology.nodes:
        for port in node.ports:
            if not port.publish or node.tier not in sound:
                continue
            published.add(node.tier)
            if port.host is None:
                continue
            first = holders.setdefault(port.host, (node.tier, node.name))
            if first[1] != node.name:
                yield Problem(
                    f"{node.tier}.port",
                    f"{node.name} would have the host port {port.host}, which is {first[1]}'s "
                    f"({first[0]}.port); choose others",
                )
    for tier, settings in topology.profile.settings.items():
        if settings.expose and tier in sound and tier not in published:
            yield Problem(f"{tier}.expose", f"{tier} has no entry point to publish; leave it false")
