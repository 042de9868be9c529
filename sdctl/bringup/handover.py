"""Before nodes of a store go for good: a node that stays leads, and has every write.

Those that follow are stopped first. Then one that stays becomes the follower for which commits
wait. At last the leader is stopped in order, and that one takes over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from sdctl.bringup.bring_up import BringUp
from sdctl.bringup.renewal import next_turn
from sdctl.components.component import Component
from sdctl.components.settings import Settings
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.targets.operations import Stop

Look = Callable[[], Snapshot]


def hand_over(bring_up: BringUp, removed: Collection[str], deadline: float) -> None:
    """For every store of which some nodes go (``removed``) and some stay. Raises ``NotReady`` where
    none that stays can lead by the deadline, a moment of ``time.monotonic()``: then nothing was
    removed."""
    topology, seen = bring_up.topology, bring_up.look()
    for tier, nodes in topology.tiers.items():
        going = [node for node in seen.of_tier(tier) if node.name in removed]
        if going and keeps_a_leader(topology.components[tier]):
            bring_up.progress.stage(f"{tier}: hand over to a node that stays")
            staying = {node.name for node in nodes}
            may_lead = partial(_has_heir, topology, tier, staying)
            _retire(bring_up, tier, going, staying, may_lead, deadline)


def await_turn(
    topology: Topology, due: Collection[str], look: Look, deadline: float
) -> tuple[str, ...]:
    """The next of the nodes that are ``due`` to be made anew, as soon as none of their stores needs
    them: another of its nodes leads, or can take over with every write. Raises ``NotReady`` where
    that is not so by the deadline, a moment of ``time.monotonic()``: then none was touched."""
    turn: tuple[str, ...] = ()
    needing: list[str] = []

    def can_do_without(seen: Snapshot) -> bool:
        nonlocal turn
        nodes = seen.nodes().values()
        leading = {node.name for node in nodes if node.leads}
        well = {node.name for node in nodes if node.health == "ok"}
        turn = next_turn(topology, due, leading, well)
        needing[:] = [t for t in topology.tiers if not _spares(topology, t, turn, seen)]
        return not needing

    there, seen = waiting.until(look, can_do_without, timeout_s=waiting.left_s(deadline))
    if not there:
        raise _nobody_leads(seen, needing[0], "so none of its nodes is made anew")
    return turn


def _spares(topology: Topology, tier: str, turn: Collection[str], seen: Snapshot) -> bool:
    """Whether a tier can do without its nodes of a ``turn``."""
    if not topology.components[tier].one_by_one:
        return True
    nodes = {node.name for node in topology.tiers[tier]}
    others = nodes.difference(turn)
    return others == nodes or _has_heir(topology, tier, others, seen)


def keeps_a_leader(component: Component) -> bool:
    """Whether its nodes keep writes, one of them for all."""
    return component.keeps_writes and component.leads


def _retire(
    bring_up: BringUp,
    tier: str,
    going: Sequence[NodeStatus],
    staying: Collection[str],
    may_lead: Callable[[Snapshot], bool],
    deadline: float,
) -> None:
    def leads_itself(seen: Snapshot) -> bool:
        return leader(seen, tier) in staying

    for leads in (False, True):
        if leads and leader(bring_up.look(), tier) in staying:
            return
        for node in going:
            if node.state == "running" and node.leads is leads:
                bring_up.target.apply(Stop(node=node.name, cause=f"{tier} is to have fewer nodes"))
        good = leads_itself if leads else may_lead
        there, seen = waiting.until(bring_up.look, good, timeout_s=waiting.left_s(deadline))
        if not there:
            raise _nobody_leads(seen, tier, "so none was removed")


def _nobody_leads(seen: Snapshot, tier: str, so: str) -> NotReady:
    said = "; ".join(
        f"{node.name}: {node.role or node.reason or node.word}" for node in seen.tiers[tier].nodes
    )
    return NotReady(
        f"none of the nodes that stay can lead the {tier} yet, {so}",
        hint=f"Seen: {said}. `sdctl up` starts what was stopped.",
    )


def leader(seen: Snapshot, tier: str) -> str | None:
    """Pure: who leads a tier and is well."""
    return next(iter(seen.tiers[tier].leading), None)


def _has_heir(topology: Topology, tier: str, staying: Collection[str], seen: Snapshot) -> bool:
    nodes = [node for node in seen.tiers[tier].nodes if node.name in staying]
    settings = topology.profile.settings[tier]
    return heir(topology.components[tier], settings, nodes) is not None


def heir(component: Component, settings: Settings, staying: Iterable[NodeStatus]) -> str | None:
    """Pure: the node that stays and leads, or surely can take over with every write."""
    for node in staying:
        if node.health == "ok" and (
            node.leads or (node.follows and _may(component, settings, node))
        ):
            return node.name
    return None


def _may(component: Component, settings: Settings, node: NodeStatus) -> bool:
    return component.may_lead is None or component.may_lead(settings, node.facts) is True
