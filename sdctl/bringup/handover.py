"""Before nodes of a store go for good: a node that stays leads, and has every write.

Those that follow are stopped first. Then one that stays becomes the follower for which commits
wait. At last the leader is stopped in order, and that one takes over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from sdctl.bringup.progress import Progress
from sdctl.components.component import Component
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.targets.operations import Stop
from sdctl.targets.target import Target

Look = Callable[[], Snapshot]


def hand_over(
    target: Target,
    topology: Topology,
    removed: Collection[str],
    look: Look,
    progress: Progress,
    deadline: float,
) -> None:
    """For every store of which some nodes go (``removed``) and some stay. Raises ``NotReady`` where
    none that stays can lead by the deadline, a moment of ``time.monotonic()``: then nothing was
    removed."""
    seen = look()
    for tier, nodes in topology.tiers.items():
        status = seen.tiers.get(tier)
        going = [node for node in status.nodes if node.name in removed] if status else []
        if going and keeps_a_leader(topology.components[tier]):
            progress.stage(f"{tier}: hand over to a node that stays")
            _retire(target, tier, going, {node.name for node in nodes}, look, deadline)


def keeps_a_leader(component: Component) -> bool:
    """Whether its nodes keep writes, one of them for all."""
    return component.keeps_writes and component.leads


def _retire(
    target: Target,
    tier: str,
    going: Sequence[NodeStatus],
    staying: Collection[str],
    look: Look,
    deadline: float,
) -> None:
    waits = any(node.facts.get("sync") for node in look().tiers[tier].nodes)

    def may_lead(seen: Snapshot) -> bool:
        return heir(seen, tier, staying, waits=waits) is not None

    def leads_itself(seen: Snapshot) -> bool:
        return leader(seen, tier) in staying

    for leads in (False, True):
        if leads and leader(look(), tier) in staying:
            return
        for node in going:
            if node.state == "running" and node.leads is leads:
                target.apply(Stop(node=node.name, cause=f"{tier} is to have fewer nodes"))
        good, seen = waiting.until(
            look,
            leads_itself if leads else may_lead,
            timeout_s=max(deadline - time.monotonic(), 1.0),
        )
        if not good:
            said = "; ".join(
                f"{node.name}: {node.role or node.reason or node.word}"
                for node in seen.tiers[tier].nodes
            )
            raise NotReady(
                f"none of the nodes that stay can lead the {tier} yet, so none was removed",
                hint=f"Seen: {said}. `sdctl up` starts what was stopped.",
            )


def leader(seen: Snapshot, tier: str) -> str | None:
    """Pure: who leads a tier and is well."""
    return next(iter(seen.tiers[tier].leading), None)


def heir(seen: Snapshot, tier: str, staying: Collection[str], *, waits: bool) -> str | None:
    """Pure: the node that stays and leads, or can take over with every write. ``waits``: commits
    wait for a follower, so only that one surely has all."""
    for node in seen.tiers[tier].nodes:
        if node.name not in staying or node.health != "ok":
            continue
        if node.leads or (node.follows and (node.facts.get("sync") or not waits)):
            return node.name
    return None
