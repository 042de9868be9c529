"""The contract: what a component is. Each file beside this one defines one ``COMPONENT``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sdctl.components.band import Band
from sdctl.components.canary_step import CanaryStep

# plug-ins of 0.1 import from here what has a file of its own now
from sdctl.components.entry_point import ClientUrl as ClientUrl
from sdctl.components.entry_point import WebPage as WebPage
from sdctl.components.late_setting import LateSetting
from sdctl.components.layout import Layout as Layout
from sdctl.components.node import Ability, Node
from sdctl.components.published import Published
from sdctl.components.settings import Settings
from sdctl.components.under_fault import Alone as Alone
from sdctl.components.under_fault import Delay as Delay
from sdctl.components.under_fault import Flush as Flush
from sdctl.components.under_fault import Successor as Successor
from sdctl.foundation import plugins


@dataclass(frozen=True, kw_only=True)
class Component:
    """One kind of thing that can be in a stack."""

    name: str
    """Also its templates' folder and the stem of its nodes' names."""
    tier: str
    summary: str
    explained: str = ""
    """What it is for and how it works, in three plain sentences: what `sdctl explain` says."""
    figures: Mapping[str, str] = field(default_factory=dict)
    """Each figure that its probe gives of a node, and what it means."""
    called: tuple[str, ...] = ()
    """What else people call its tier, in small letters: who types that is told the tier's name."""
    settings: type[Settings]
    nodes: Callable[[Any, Plan], tuple[Node, ...]]
    """From the tier's settings and the plan to its nodes."""
    needs: tuple[str, ...] = ()
    """Tiers without which this one makes no sense."""
    requires: tuple[Ability, ...] = ()
    """What its nodes need of the target; without that the tier is left out."""
    server: str | None = None
    """Where several components can be a tier: the value of its setting ``server`` that means this
    one. See ``design/variants.py``."""
    works_with: Mapping[str, str] = field(default_factory=dict)
    """Tier → the ``server`` that it must be there, where this one cannot use the others."""
    beside: bool = False
    """Its tier is several components side by side, all that can be had; its setting ``servers``
    says which."""
    companions: tuple[Component, ...] = ()
    """Those beside it in this stack; filled in by :func:`all_components`."""
    registry: bool = False
    """Whether its image can only be had from a registry."""
    tools: tuple[str, ...] = ()
    """Commands that this machine must have to build its image: what its ``fetch.sh`` uses."""
    shell: tuple[str, ...] = ("sh",)
    """The tier's own client, run inside a node by ``sdctl shell``; arguments are appended."""
    shell_role: str | None = None
    """The role of the node that ``sdctl shell TIER`` picks (``leader``); None: the first."""
    shell_command: tuple[str, ...] | None = None
    """How ``sdctl shell TIER -- COMMAND`` runs one command, where it differs from ``shell``."""
    crash: tuple[str, ...] | None = None
    """What kills the server process inside a node, leaving the container to react."""
    delay: Delay | None = None
    """How a follower is kept behind its leader; None: it cannot be."""
    flush: Flush | None = None
    """How a node is emptied; None: it cannot be, as it keeps more than copies."""
    limited: str = ""
    """Where in its nodes the volume is that the setting ``volume_size`` limits; empty: it has no
    such setting."""
    idle: Callable[[Plan], str] | None = None
    """Why it would have nothing to do in this stack, and so is left out; empty: it has."""
    witness: bool = False
    """Whether its nodes' logs tell of the failovers of other tiers too."""
    on_fault: tuple[str, ...] = ()
    """A command for each of the nodes, told of each fault that begins or ends: its id, its begin
    and its end (RFC 3339; empty while it is on)."""
    leads: bool = False
    """Whether one of the nodes is a leader that can be killed."""
    fewer: str = ""
    """Why a stack cannot go on with fewer of its nodes than it was made with; empty: it can."""
    alone: Alone | None = None
    """Of one that ``leads``."""
    successor: Successor = field(default_factory=Successor)
    """Likewise."""
    deprived: Callable[[Any, float], Band] | None = None
    """From its settings, and for how many seconds all of a tier that it ``needs`` is away, to how
    long it takes no writes by that; ``first`` is after how long that begins."""
    cut_off: Callable[[Any, float], Band | None] | None = None
    """From its settings, and for how many seconds its leader reaches neither clients nor those who
    keep its lease, to how long it takes no writes by that; None: it is long enough for another node
    to lead. ``first`` is what would have to run out for that."""
    used_by_service: bool = False
    """Whether the service itself asks it: the fault ``dependency-down`` may keep it from that."""
    keeps_writes: bool = False
    """Whether its nodes keep what the load writes: each is read back by its probe's ``holds``."""
    workload: str = "ledger"
    """The load that a fault of this tier is measured with, when none runs: writes that reach it."""
    holders: Mapping[str, Callable[[Mapping[str, object], str], bool]] = field(default_factory=dict)
    """Words that name one of its nodes by what it holds (``owner-of``), each with a function from a
    node's facts and what is held to whether it is that one: for a fault's target."""
    may_lead: Callable[[Any, Mapping[str, object]], bool | None] | None = None
    """From the tier's settings and a follower's facts to whether it may take over; None: it is not
    known. Without it, each may."""
    predict: Callable[[Any, str], Band | None] | None = None
    """From the tier's settings and how its leader fails (kill, stop, crash) to how long that should
    take; None: these do not tell."""
    published: tuple[Published, ...] = ()
    """What others say of how long that takes: shown beside a leader's fault."""
    canary: tuple[CanaryStep, ...] = ()
    """What shows, at the end of ``up``, that it did its part for one order."""
    one_by_one: bool = False
    """Of one that ``leads``: whether its nodes can be made anew one after the other, the leader
    last, as the others go on meanwhile with every write."""
    late_setting: LateSetting | None = None
    forget: tuple[str, ...] = ()
    """A command for the leader, with the names of nodes that are gone for good: it lets go of what
    it keeps for them."""
    renewed_s: float | None = None
    """Seconds without an answer from the tier when all its nodes are made anew, as measured in
    `lite` by requests every 50 ms; None: nobody measured it."""
    gives: str = ""
    """What is missed meanwhile, where that says more than the tier's name: ``entrance``."""
    connection: ClientUrl | None = None
    page: WebPage | None = None

    @property
    def parts(self) -> tuple[Component, ...]:
        """All components that are its tier in this stack: itself, and those beside it."""
        return (self, *self.companions)

    def part_of(self, node: str) -> Component:
        """The component of one of the tier's nodes, by the node's name."""
        return next((part for part in self.parts if part.name == node.rpartition("-")[0]), self)


@dataclass(frozen=True)
class Plan:
    """What a component may know of the others while it lays out its nodes."""

    settings: Mapping[str, Settings]
    """By tier, only those in the profile."""
    components: Mapping[str, Component]
    """Likewise."""

    def hosts(self, tier: str) -> tuple[str, ...]:
        """The names of a tier's nodes; empty when the profile leaves the tier out."""
        if tier not in self.components:
            return ()
        count = self.settings[tier].count
        return tuple(f"{self.components[tier].name}-{n}" for n in range(1, count + 1))


_SHARED = (
    "band",
    "canary_step",
    "component",
    "entry_point",
    "late_setting",
    "layout",
    "node",
    "published",
    "settings",
    "under_fault",
    "variant",
    "versions",
)


def _name(_: str, component: Component) -> str:
    return component.name


def every_component() -> tuple[Component, ...]:
    """Every known component, in the order of their files. What several share, such as the settings
    of a tier's variants, is in a file whose name begins with ``_``."""
    found = plugins.discover(
        "sdctl.components", "COMPONENT", besides=_SHARED, fits=_fits, called=_name
    )
    return tuple(found.values())


def _fits(value: Any) -> None:
    if not isinstance(value, Component):
        raise TypeError("its COMPONENT is no Component (sdctl/components/component.py)")


def all_components(chosen: Collection[str] = ()) -> dict[str, Component]:
    """One component for every tier. Where several can be it: the one named in ``chosen``, else one
    that needs no registry. Of those that stand side by side, one with the others as companions."""
    found: dict[str, Component] = {}
    for component in sorted(every_component(), key=lambda component: component.registry):
        first = found.get(component.tier)
        if first is not None and component.beside and {first.name, component.name} <= set(chosen):
            companions = (*first.companions, component)
            found[component.tier] = dataclasses.replace(first, companions=companions)
        elif first is None or component.name in chosen:
            found[component.tier] = component
    return dict(sorted(found.items(), key=lambda item: item[1].name))
