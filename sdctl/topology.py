"""The desired state of a stack: its nodes, networks and ports. Pure, frozen, and free of any
word of the target (Compose today): what runs it is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from sdctl.errors import no_such

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.profile import Profile

_EMPTY: Mapping[str, str | Secret] = MappingProxyType({})


@dataclass(frozen=True)
class Secret:
    """A password or key by name, generated per stack; its value is never in a rendered file.

    ``certificate``: a key and its certificate for ``hosts``, see ``certificate.py``.
    """

    name: str
    kind: Literal["password", "certificate"] = "password"
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port a node listens on; ``publish`` also opens it on the host's loopback.

    ``host`` is the wanted host port; None with ``publish`` leaves the choice to the engine.
    """

    name: str
    number: int
    publish: bool = False
    host: int | None = None


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Data that outlives a node's restart: a path inside the node."""

    name: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Image:
    """Built locally from ``templates/<name>/image`` and parts of the sdctl package; with a
    ``reference`` (``mongo:8.0.29``) a vendor's, pulled and never built."""

    name: str
    sources: tuple[str, ...] = ()
    reference: str | None = None


CONTAINER_LOGS = "container-logs"
"""A mount's source: wherever the engine keeps the nodes' logs."""
CGROUP_CPU, CGROUP_MEMORY = "cgroup-cpu", "cgroup-memory"
"""Mounts' sources: where the kernel counts the control groups' CPU time and memory."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder of the host that a node may read, at a path inside it."""

    source: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """One running thing, ``<component>-<n>``."""

    name: str
    component: str
    tier: str
    ordinal: int
    image: Image
    memory: int
    """Limit in bytes."""
    networks: tuple[str, ...]
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    """In place of the image's own, which then does not run."""
    user: str = ""
    """Who it runs as, where its image would start as root; empty: as the image says."""
    env: Mapping[str, str | Secret] = field(default_factory=lambda: _EMPTY)
    ports: tuple[Port, ...] = ()
    volumes: tuple[Volume, ...] = ()
    mounts: tuple[Mount, ...] = ()
    log_driver: Literal["json-file", "local"] = "json-file"
    """Where its log goes: ``json-file`` the collector reads, ``local`` nobody but people."""
    open_files: int | None = None
    """How many it must be able to have open, where the engine's default may be too few."""
    background: bool = False
    """Whether it takes only the CPU time that the services leave over."""
    needs: tuple[str, ...] = ()
    """Tiers that must be ready before this node starts."""
    stop_grace_s: float = 10.0
    stop_signal: str = "SIGTERM"

    def port(self, name: str) -> Port:
        """The port called ``name``; KeyError if the node has none."""
        for port in self.ports:
            if port.name == name:
                return port
        raise KeyError(f"{self.name} has no port {name}")


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

    def node(self, name: str) -> Node:
        """The node called ``name``."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise no_such("node", name, (node.name for node in self.nodes))


@dataclass(frozen=True)
class Plan:
    """What a component may know of the others while it lays out its nodes."""

    profile: Profile
    components: Mapping[str, Component]
    """By tier, only those in the profile."""

    def hosts(self, tier: str) -> tuple[str, ...]:
        """The names of a tier's nodes; empty when the profile leaves the tier out."""
        if tier not in self.components:
            return ()
        count = self.profile.settings[tier].count
        return tuple(f"{self.components[tier].name}-{n}" for n in range(1, count + 1))


NETWORKS = (
    # The way in: the gateway, alone. What else listens here would be a way around it.
    Network(name="edge", internal=False),
    # From the gateway by way of the balancer to the services, and those who read their figures.
    Network(name="service", internal=True),
    # What people open on this machine besides: the observer, dashboards, what is exposed.
    Network(name="access", internal=False),
    # Where the services meet their stores; no way out of the machine.
    Network(name="data", internal=True),
    # Only the database and its consensus store: the services have no business there.
    Network(name="consensus", internal=True),
)


def expand(stack: str, profile: Profile, components: Mapping[str, Component]) -> Topology:
    """The topology a profile asks for; ``components`` is every known one, by tier."""
    chosen = {tier: components[tier] for tier in profile.tiers}
    plan = Plan(profile, chosen)
    nodes = tuple(
        node
        for tier, component in chosen.items()
        for part in component.parts
        for node in part.nodes(profile.settings[tier], plan)
    )
    seen_from = {name for node in nodes if node.tier == "observer" for name in node.networks}
    nodes = tuple(_observed(_pulled(node, profile), seen_from) for node in nodes)
    used = {name for node in nodes for name in node.networks}
    networks = tuple(network for network in NETWORKS if network.name in used)
    unknown = used - {network.name for network in NETWORKS}
    extra = tuple(Network(name=name, internal=True) for name in sorted(unknown))
    return Topology(stack=stack, profile=profile, nodes=nodes, networks=networks + extra)


def _observed(node: Node, seen_from: set[str]) -> Node:
    """The node where the observer can ask it."""
    if not seen_from or seen_from & set(node.networks):
        return node
    return replace(node, networks=(*node.networks, "service"))


def _pulled(node: Node, profile: Profile) -> Node:
    """The node with its image from where the profile wants images from."""
    if node.image.reference is None:
        return node
    reference = profile.registry.reference(node.image.name, node.image.reference)
    return replace(node, image=replace(node.image, reference=reference))
