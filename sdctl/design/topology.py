"""The desired state of a stack: its nodes, networks and ports. Pure, frozen, and free of any
word of a target: what runs it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sdctl.components.component import Component, Plan
from sdctl.components.node import OPEN_NETWORKS, Ability, Image, Node, Secret
from sdctl.design.profile import Profile
from sdctl.design.tier_components import components_of
from sdctl.foundation.errors import no_such


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network inside the stack; ``internal`` ones have no way out to the host or beyond."""

    name: str
    internal: bool


@dataclass(frozen=True, kw_only=True)
class Topology:
    """All nodes of a stack, in the order of the profile's tiers."""

    stack: str
    profile: Profile
    components: Mapping[str, Component]
    """What each tier is, in the order of the profile."""
    nodes: tuple[Node, ...]
    networks: tuple[Network, ...]

    @property
    def tiers(self) -> dict[str, tuple[Node, ...]]:
        """The nodes of each tier, in order."""
        tiers: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes:
            tiers[node.tier] = (*tiers.get(node.tier, ()), node)
        return tiers

    @property
    def images(self) -> tuple[Image, ...]:
        """Every distinct image, by name."""
        return tuple(sorted({node.image for node in self.nodes}, key=lambda image: image.name))

    @property
    def built_images(self) -> tuple[Image, ...]:
        """Those that are not pulled."""
        return tuple(image for image in self.images if image.reference is None)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets the nodes need, by name."""
        values = (value for node in self.nodes for value in node.env.values())
        found = {value for value in values if isinstance(value, Secret)}
        return tuple(sorted(found, key=lambda secret: secret.name))

    def component_of(self, node: Node) -> Component:
        """What one of the nodes is: where a tier is several components, its own."""
        return self.components[node.tier].part_of(node.name)

    def requires(self, node: Node) -> tuple[Ability, ...]:
        """What one of the nodes needs of the target beyond running it."""
        return self.component_of(node).requires

    def node(self, name: str) -> Node:
        """The node called ``name``."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise no_such("node", name, (node.name for node in self.nodes))


def expand(
    stack: str, profile: Profile, components: Mapping[str, Component] | None = None
) -> Topology:
    """The topology a profile asks for. Its ``components`` are by tier those that its settings say,
    or the given ones. Raises ``InvalidProfile`` for two that do not work together."""
    known = components_of(profile) if components is None else components
    chosen = {tier: known[tier] for tier in profile.tiers}
    plan = Plan({tier: profile.settings[tier] for tier in chosen}, chosen)
    nodes = tuple(
        node
        for tier, component in chosen.items()
        for part in component.parts
        for node in part.nodes(profile.settings[tier], plan)
    )
    nodes = _observed(tuple(_pulled(node, profile) for node in nodes))
    used = sorted({name for node in nodes for name in node.networks})
    return Topology(
        stack=stack,
        profile=profile,
        components=chosen,
        nodes=nodes,
        networks=tuple(Network(name=n, internal=n not in OPEN_NETWORKS) for n in used),
    )


def _observed(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes, each where who observes can ask it: that one comes to their network, and is given
    what it shows at their ports. A node that is on the way in alone comes to the observer's."""
    watching = [node for node in nodes if node.observes]
    if not watching:
        return nodes
    met = {name for node in watching for name in node.networks}
    home = watching[0].inside[0]
    seen: set[str] = set()
    logins: dict[str, str | Secret] = {}
    placed = []
    for node in nodes:
        logins |= {port.login.variable: port.login.secret for port in node.ports if port.login}
        if node.inside and not {*met, *seen} & set(node.inside):
            seen.add(node.inside[0])
        reached = bool(node.inside or met & set(node.networks))
        placed.append(node if reached else replace(node, networks=(*node.networks, home)))
    return tuple(
        replace(node, networks=(*node.networks, *sorted(seen)), env={**node.env, **logins})
        if node.observes
        else node
        for node in placed
    )


def _pulled(node: Node, profile: Profile) -> Node:
    """The node with its image from where the profile wants images from."""
    if node.image.reference is None:
        return node
    reference = profile.registry.reference(node.image.name, node.image.reference)
    return replace(node, image=replace(node.image, reference=reference))
