"""Which nodes there are to ask: the topology the observer was given, and a probe for each."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdctl.observer import probes
from sdctl.observer.probes.probe import Probe, Target

TOPOLOGY = Path("/etc/sdctl/topology.json")
DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All nodes by tier, and the probes by component."""

    stack: str
    profile: str
    tiers: Mapping[str, tuple[Target, ...]]
    probes: Mapping[str, Probe]

    def probe(self, targets: tuple[Target, ...]) -> Probe:
        """The probe for a tier's nodes; the default one where the component has none."""
        return self.probes.get(targets[0].component, self.probes[DEFAULT])


def load(path: Path = TOPOLOGY) -> Inventory:
    """Read the topology and find the probes."""
    raw = json.loads(path.read_text())
    tiers = {
        tier: tuple(
            Target(name=node["name"], component=each["component"], tier=tier, ports=node["ports"])
            for node in each["nodes"]
        )
        for tier, each in raw["tiers"].items()
    }
    return Inventory(stack=raw["stack"], profile=raw["profile"], tiers=tiers, probes=find_probes())


def find_probes() -> dict[str, Probe]:
    """Every ``PROBE`` in ``probes/``; a file without one is an error that names it."""
    found = {}
    for info in pkgutil.iter_modules(probes.__path__):
        if info.name == "probe":
            continue
        module = importlib.import_module(f"{probes.__name__}.{info.name}")
        if not hasattr(module, "PROBE"):
            raise ImportError(f"{module.__file__} has no PROBE")
        found[module.PROBE.component] = module.PROBE
    return found
