"""What is known of an engine: ``engine_reading.py`` reads it, ``diagnosis.py`` decides from it.
Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetUnavailable
from sdctl.targets.compose.labels import project

Subnet = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A container that is there, whoever made it."""

    name: str
    running: bool
    stack: str = ""
    """sdctl's, that it belongs to; empty: none."""
    ports: tuple[int, ...] = ()
    networks: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class EngineFacts:
    """The facts. None has a value of its own: what ``read`` forgot would look sound."""

    version: str
    context: str
    compose: str
    compose_problem: TargetUnavailable | None
    memory: int
    root: Path
    cgroups: str
    keeps_limits: bool
    """Whether a container's memory limit is kept."""
    storage: str
    security: tuple[str, ...]
    """Its words: ``name=rootless``, ``name=selinux``."""
    clock_s: float
    """How much its clock is ahead of this machine's."""
    proxied: bool
    """Whether it reaches registries by way of a proxy."""
    shell_proxied: bool
    """Whether this shell goes out by way of one."""
    pools: tuple[tuple[str, int], ...]
    """Base, and the prefix length of each network that is cut from it."""
    subnets: tuple[Subnet, ...]
    """Those that are taken: by networks, and by the machine's own routes."""
    networks: Mapping[str, str]
    """Every network of an sdctl stack, and which."""
    young: frozenset[str]
    """Those of them that are so new that an `up` may be at work on them."""
    containers: tuple[Ran, ...]
    has_base: bool
    offers_base: bool
    """Whether a registry offers it; asked when it is not there."""
    can_make_base: bool
    missing: frozenset[str]
    """The names of images that are yet to be built."""
    local_stacks: frozenset[str]
    """The stacks that this state folder knows."""


def wanted_networks(topology: Topology) -> frozenset[str]:
    """Pure: the networks of a stack by the engine's names."""
    return frozenset(f"{project(topology.stack)}_{network.name}" for network in topology.networks)
