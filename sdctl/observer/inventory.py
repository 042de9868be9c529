"""Inventory: which nodes there are to ask, and a probe for each component."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdctl.observer import probes
from sdctl.observer.node import Login, Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading

TOPOLOGY = Path("/etc/sdctl/topology.json")
_CONTRACT = "probe"
_DEFAULT = "default"
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All nodes by tier, and the probes by component."""

    stack: str
    profile: str
    tiers: Mapping[str, tuple[Node, ...]]
    probes: Mapping[str, Probe]

    def probed(self, tier: str) -> list[tuple[Probe, tuple[Node, ...]]]:
        """A tier's nodes with the probe of each component."""
        targets = self.tiers[tier]
        return [
            (
                self.probe_of(component),
                tuple(node for node in targets if node.component == component),
            )
            for component in dict.fromkeys(target.component for target in targets)
        ]

    def find(self, name: str) -> Node | None:
        """A node by its name; None: it is not there."""
        nodes = (node for nodes in self.tiers.values() for node in nodes)
        return next((node for node in nodes if node.name == name), None)

    def probe_of(self, component: str) -> Probe:
        """A component's probe; the default one where it has none."""
        return self.probes.get(component, self.probes[_DEFAULT])


class Followed:
    """The inventory of a file that may be replaced at any time, such as by `sdctl scale`."""

    def __init__(self, path: Path = TOPOLOGY) -> None:
        self._path = path
        self._probes = find_probes()
        self._read: tuple[tuple[int, int], Inventory] | None = None

    def __call__(self) -> Inventory:
        """As the file is now."""
        found = self._path.stat()
        version = (found.st_ino, found.st_mtime_ns)
        if self._read is None or self._read[0] != version:
            self._read = (version, parse(self._path.read_text(), self._probes))
        return self._read[1]


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
                logins={port: Login(**login) for port, login in node.get("logins", {}).items()},
                elastic=node.get("elastic", False),
                everyone=everyone,
            )
            for node in section["nodes"]
        )
        for tier, section in raw["tiers"].items()
    }
    return Inventory(stack=raw["stack"], profile=raw["profile"], tiers=tiers, probes=probes)


def find_probes() -> dict[str, Probe]:
    """The probes in ``probes/`` by component. One that is broken says so of its component's nodes,
    and of no other."""
    found: dict[str, Probe] = {}
    for info in pkgutil.iter_modules(probes.__path__):
        if info.name == _CONTRACT or info.name.startswith("_"):
            continue
        try:
            module = importlib.import_module(f"{probes.__name__}.{info.name}")
            if not hasattr(module, "PROBE"):
                raise ImportError("it has no PROBE")
            if not isinstance(module.PROBE, Probe):
                raise ImportError("its PROBE is no Probe")
            found[module.PROBE.component] = module.PROBE
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            found[info.name] = _broken(info.name, error)
    return found


def _broken(component: str, error: Exception) -> Probe:
    reason = f"its probe {component}.py cannot be used: {error}"[:_LONGEST]

    async def read(targets: tuple[Node, ...], _: object) -> list[Reading]:
        return [Reading(name=t.name, health="unknown", reason=reason) for t in targets]

    return Probe(component=component, read=read)
