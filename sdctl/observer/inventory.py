"""Inventory: which nodes there are to ask, and a probe for each component."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sdctl.observer import probes
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe

TOPOLOGY = Path("/etc/sdctl/topology.json")
_CONTRACT = "probe"
_DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All nodes by tier, and the probes by component."""

    stack: str
    profile: str
    tiers: Mapping[str, tuple[Node, ...]]
    probes: Mapping[str, Probe]

    def probed(self, tier: str) -> list[tuple[Probe, tuple[Node, ...]]]:
        """A tier's nodes with the probe of each component; the default one where it has none."""
        targets = self.tiers[tier]
        return [
            (
                self.probes.get(component, self.probes[_DEFAULT]),
                tuple(target for target in targets if target.component == component),
            )
            for component in dict.fromkeys(target.component for target in targets)
        ]


def load(path: Path = TOPOLOGY) -> Inventory:
    """Read the topology and find the probes."""
    return parse(path.read_text(), find_probes())


def parse(text: str, probes: Mapping[str, Probe]) -> Inventory:
    """Pure: the nodes in a ``topology.json``; every one is told the names of all."""
    raw = json.loads(text)
    everyone = tuple(node["name"] for section in raw["tiers"].values() for node in section["nodes"])
    tiers = {
        tier: tuple(
            Node(
                name=node["name"],
                component=node["component"],
                tier=tier,
                ports=node["ports"],
                everyone=everyone,
            )
            for node in section["nodes"]
        )
        for tier, section in raw["tiers"].items()
    }
    return Inventory(stack=raw["stack"], profile=raw["profile"], tiers=tiers, probes=probes)


def find_probes() -> dict[str, Probe]:
    """The probes in ``probes/`` by component."""
    names = (info.name for info in pkgutil.iter_modules(probes.__path__))
    return by_component(
        importlib.import_module(f"{probes.__name__}.{name}") for name in names if name != _CONTRACT
    )


def by_component(modules: Iterable[ModuleType]) -> dict[str, Probe]:
    """Pure: the ``PROBE`` of each module. Raises ``ImportError`` that names a file without."""
    found: dict[str, Probe] = {}
    for module in modules:
        probe = getattr(module, "PROBE", None)
        if not isinstance(probe, Probe):
            raise ImportError(f"{module.__file__} has no PROBE")
        found[probe.component] = probe
    return found
