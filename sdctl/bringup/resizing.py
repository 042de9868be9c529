"""More or fewer nodes of one tier, and nothing else: no other node is touched or waited for."""

from __future__ import annotations

from collections.abc import Collection

from sdctl.bringup.bring_up import BringUp
from sdctl.bringup.convergence import converge
from sdctl.bringup.progress import Silent
from sdctl.bringup.starting import is_down, start_of
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.state.stack import Stack
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import differing
from sdctl.targets.target import Instance, Target


def resize(target: Target, topology: Topology, stack: Stack, tier: str) -> None:
    """Make the tier have the nodes that the topology says: the new ones are started, they get ready
    by themselves; those that go have drained. Raises ``UsageError`` where other nodes would be made
    anew."""
    bundle = target.form.render(topology)
    there = target.nodes()
    check(topology, bundle, there, tier)
    bring_up = BringUp(target, topology, stack, Silent())
    converge(bring_up, bundle, target.changes(topology, bundle))
    states = {instance.node: instance.state for instance in there}
    for node in topology.tiers[tier]:
        if is_down(states.get(node.name)):
            target.apply(start_of(node))


def check(topology: Topology, bundle: Bundle, there: Collection[Instance], tier: str) -> None:
    """Raise ``UsageError`` where nodes of other tiers would be made, or made anew."""
    others = of_others(topology, bundle, there, tier)
    present = {instance.node for instance in there}
    gone = [name for name in others if name not in present]
    anew = [name for name in others if name in present]
    if gone:
        alone = len(gone) == 1
        raise UsageError(
            f"{', '.join(gone)} {'is' if alone else 'are'} not there",
            hint=f"`sdctl up`, without a profile, makes {'it' if alone else 'them'} and keeps the "
            "settings. Then autoscale again.",
        )
    if anew:
        raise UsageError(
            f"{', '.join(anew)} would be made anew: this sdctl makes "
            f"{'it' if len(anew) == 1 else 'them'} in another way",
            hint="`sdctl up`, without a profile, does that and keeps the settings. Then autoscale "
            "again.",
        )


def of_others(
    topology: Topology, bundle: Bundle, there: Collection[Instance], tier: str
) -> tuple[str, ...]:
    """Pure: the nodes of other tiers that are not as the bundle says."""
    tiers = {instance.node: instance.tier for instance in there}
    tiers |= {node.name: node.tier for node in topology.nodes}
    made = {instance.node: instance.spec for instance in there}
    names = sorted(differing(topology, bundle, made).nodes)
    return tuple(name for name in names if tiers[name] != tier)
