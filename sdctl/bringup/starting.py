"""Starts nodes as what they need is ready, and waits until all are."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from sdctl.bringup.bring_up import BringUp
from sdctl.bringup.crashes import Crashes
from sdctl.components.node import Node
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.state.snapshot import Snapshot, TierStatus
from sdctl.targets.operations import Start

_STARTS_AT_ONCE = 4


def start(bring_up: BringUp, deadline: float, later: Collection[str] = ()) -> Snapshot:
    """The stack when every node is ready; nobody waits for those that are made anew ``later``.
    Raises ``BringUpFailed`` when a node dies again and again, ``NotReady`` at the deadline, a
    moment of ``time.monotonic()``."""
    topology, started = bring_up.topology, set[str]()
    crashes = Crashes(bring_up.target, started)
    with ThreadPoolExecutor(max_workers=_STARTS_AT_ONCE) as pool:

        def observe_and_start() -> Snapshot:
            snapshot = bring_up.look()
            bring_up.progress.seen(snapshot, waits(topology, snapshot, later))
            crashes.look(snapshot)
            due = [n for n in ready_to_start(topology, snapshot) if n.name not in started]
            list(pool.map(bring_up.target.apply, map(start_of, due)))
            started.update(node.name for node in due)
            return snapshot

        good, snapshot = waiting.until(
            observe_and_start,
            lambda seen: (
                not waits(topology, seen, later) and _complete(topology, seen) and crashes.steady()
            ),
            timeout_s=waiting.left_s(deadline),
        )
    if not good:
        waiting_for = [f"{name}: {why}" for name, why in waits(topology, snapshot, later).items()]
        raise NotReady(
            f"{len(waiting_for)} of {len(topology.nodes)} nodes are not ready by the deadline",
            hint="`sdctl logs NODE` shows why. `sdctl up --timeout 10m` continues from here.",
            details=waiting_for,
        )
    return snapshot


def start_of(node: Node) -> Start:
    """Pure: the operation, and what it waited for."""
    return Start(
        node=node.name,
        cause=f"once ready: {', '.join(node.needs)}" if node.needs else "it waits for nothing",
    )


def ready_to_start(topology: Topology, snapshot: Snapshot) -> tuple[Node, ...]:
    """Pure: the nodes that are down and whose needs are ready, in order."""
    states = {name: node.state for name, node in snapshot.nodes().items()}
    return tuple(
        node
        for node in topology.nodes
        if is_down(states.get(node.name))
        and all(usable(snapshot.tiers.get(tier)) for tier in node.needs)
    )


def waits(topology: Topology, snapshot: Snapshot, later: Collection[str] = ()) -> dict[str, str]:
    """Pure: each node but those of ``later`` that is not ready, and what it says; of one that is
    not started, for which tiers it waits."""
    needs = {node.name: node.needs for node in topology.nodes}
    found = {}
    for name, node in snapshot.nodes().items():
        lacking = [t for t in needs.get(name, ()) if not usable(snapshot.tiers.get(t))]
        if node.health != "ok" and name not in later:
            first = is_down(node.state) and lacking
            found[name] = f"waits for {', '.join(lacking)}" if first else node.reason or node.health
    return found


def is_down(state: str | None) -> bool:
    """Pure: whether a node in this state is to be started; None: it is not there."""
    return state in (None, "down")


def usable(tier: TierStatus | None) -> bool:
    """Pure: whether a tier can serve. One node must be ok, and where some follow, one that leads.

    Where nobody leads yet, all nodes must be ok. A queue that is declared now has its copies on the
    members that are there now, and a member that comes later has none when the leader dies."""
    if tier is None:
        return False
    healthy = [node for node in tier.nodes if node.health == "ok"]
    if any(node.role == "member" for node in healthy):
        return len(healthy) == len(tier.nodes)
    if any(node.role == "follower" for node in tier.nodes):
        return any(node.role == "leader" for node in healthy)
    return bool(healthy)


def _complete(topology: Topology, snapshot: Snapshot) -> bool:
    return {node.name for node in topology.nodes} <= snapshot.nodes().keys()
