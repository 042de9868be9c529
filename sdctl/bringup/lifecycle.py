"""The readable order of up and down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sdctl import observe, versions, waiting
from sdctl.bringup import base_image, canary, fetched, ports
from sdctl.bringup.progress import Progress
from sdctl.bundle.render import Bundle, image_tag, render
from sdctl.engine.engine import Container, Engine
from sdctl.errors import BringUpFailed, NotReady
from sdctl.labels import CPU_TREE, ENGINE_ROOT, LABEL, MEMORY_TREE, project
from sdctl.ops import Remove, Start
from sdctl.snapshot import Snapshot, TierStatus
from sdctl.stack import Stack
from sdctl.topology import CGROUP_CPU, CONTAINER_LOGS, Node, Topology

_STARTS_AT_ONCE = 4
_DEATHS_ALLOWED = 3
"""Observations of a node being down after its start that end an `up`; one is a hiccup."""


@dataclass(frozen=True)
class Up:
    """What `up` did: the stack as it is now, seconds it took, and whether anything changed."""

    snapshot: Snapshot
    seconds: float
    changed: bool
    proof: canary.Proof | None
    """What the canary order went through; None when the profile has no gateway."""


def up(
    engine: Engine, topology: Topology, stack: Stack, progress: Progress, *, timeout_s: float
) -> Up:
    """Bring the stack to what the topology says, and prove it with one order through all tiers.

    May be run again at any time, also after an interruption: it goes on from what is there. The
    deadline is for the nodes to be ready: what images take to come says nothing about a stack.
    """
    began = time.monotonic()
    bundle = render(topology)
    before = engine.containers()
    unfinished = half_made(topology, before)
    changed = bool(unfinished) or differs(bundle, topology, before)
    ports.check(topology, own=[port for each in before for port in each.host_ports.values()])
    stack.make_secrets(topology.secrets, _places(engine, topology))
    if changed:
        bundle.write(stack.bundle)
        _build(engine, topology, bundle, stack.bundle, progress)
        progress.stage("create containers")
        for op in unfinished:
            engine.apply(op)
        engine.converge(stack.bundle)
    progress.stage("start tiers as what they need is ready")
    deadline = time.monotonic() + timeout_s
    snapshot = _start(engine, topology, stack, progress, deadline)
    proof = None
    if "gateway" in topology.tiers:
        progress.stage("send one order through every tier")
        proof = canary.prove(
            topology, stack.secrets(), timeout_s=max(10, deadline - time.monotonic())
        )
    return Up(snapshot, time.monotonic() - began, changed, proof)


def _places(engine: Engine, topology: Topology) -> dict[str, str]:
    """Where on the host what the nodes mount is, as far as they mount it."""
    wanted = {mount.source for node in topology.nodes for mount in node.mounts}
    places = {ENGINE_ROOT: engine.root()} if CONTAINER_LOGS in wanted else {}
    if CGROUP_CPU in wanted:
        places[CPU_TREE], places[MEMORY_TREE] = engine.cgroup_trees()
    return places


def plan(engine: Engine, topology: Topology) -> None:
    """What `up` would do, written down by a recording engine."""
    bundle = render(topology)
    containers = engine.containers()
    unfinished = half_made(topology, containers)
    if unfinished or differs(bundle, topology, containers):
        if engine.missing_images([image_tag(bundle, image) for image in topology.built_images]):
            engine.build(Path("bundle"), [node.name for node in topology.nodes], lambda line: None)
        for op in unfinished:
            engine.apply(op)
        engine.converge(Path("bundle"))
    running = {each.node for each in containers if each.state == "running"}
    running -= {op.node for op in unfinished}
    for node in topology.nodes:
        if node.name not in running:
            engine.apply(Start(node=node.name, cause=_cause(node)))


def down(engine: Engine, stack: Stack, *, keep_data: bool) -> tuple[str, ...]:
    """Remove the stack; the names of what was removed."""
    removed = engine.remove(keep_data=keep_data)
    stack.forget(keep_data=keep_data)
    return removed


def differs(bundle: Bundle, topology: Topology, containers: Sequence[Container]) -> bool:
    """Pure: whether what is there is not exactly what the bundle says (running or not)."""
    wanted = {node.name: bundle.specs[node.name] for node in topology.nodes}
    return wanted != {each.node: each.labels.get(f"{LABEL}spec", "") for each in containers}


def half_made(topology: Topology, containers: Sequence[Container]) -> tuple[Remove, ...]:
    """Pure: what an `up` that was cut off left unfinished, to be made anew.

    Compose creates a container in its first network and connects the others afterwards, and it
    makes a changed one under another name, which it corrects at last. It finishes neither later.
    """
    nodes = {node.name: node for node in topology.nodes}
    causes: dict[str, str] = {}
    for each in containers:
        if (node := nodes.get(each.node)) is None:
            continue
        if away := sorted(set(node.networks) - each.networks):
            causes[each.node] = f"not connected to {', '.join(away)}"
        elif each.name != f"{project(topology.stack)}-{each.node}":
            causes[each.node] = f"still named {each.name}"
    return tuple(Remove(node=name, cause=cause) for name, cause in sorted(causes.items()))


def ready_to_start(topology: Topology, snapshot: Snapshot) -> tuple[Node, ...]:
    """Pure: the nodes that are down and whose needs are ready, in order."""
    states = {name: node.state for name, node in snapshot.nodes().items()}
    return tuple(
        node
        for node in topology.nodes
        if states.get(node.name) not in ("running", "restarting", "paused")
        and all(usable(snapshot.tiers.get(tier)) for tier in node.needs)
    )


def usable(tier: TierStatus | None) -> bool:
    """Pure: a tier can serve when a node of it is ok, and its leader is where it has followers."""
    if tier is None:
        return False
    healthy = [node for node in tier.nodes if node.health == "ok"]
    if any(node.role == "follower" for node in tier.nodes):
        return any(node.role == "leader" for node in healthy)
    return bool(healthy)


def _build(
    engine: Engine, topology: Topology, bundle: Bundle, folder: Path, progress: Progress
) -> None:
    tags = {image_tag(bundle, image): image for image in topology.built_images}
    missing = engine.missing_images(tuple(tags))
    if not missing:
        return
    progress.stage(f"build {len(missing)} images")
    profile = topology.profile
    source = profile.registry.reference("debian", versions.DEBIAN)
    base_image.ensure(engine, profile.images, progress.detail, source=source)
    for tag in missing:
        fetched.ensure(folder / "images" / tags[tag].name, progress.detail)
    # one node stands for its image: building them by node name is Compose's way
    first = {node.image: node.name for node in reversed(topology.nodes)}
    engine.build(folder, [first[tags[tag]] for tag in missing], progress.detail)


def _start(
    engine: Engine, topology: Topology, stack: Stack, progress: Progress, deadline: float
) -> Snapshot:
    started: set[str] = set()
    deaths: dict[str, int] = {}
    restarts: dict[str, int] = {}

    def steady() -> bool:
        """Whether no node came back from a crash since the last look: one that dies again and again
        looks well in between."""
        before = dict(restarts)
        restarts.update(engine.restarts(sorted(started)))
        for name, count in restarts.items():
            if count >= _DEATHS_ALLOWED:
                raise _died(engine, name, f"it was restarted {count} times")
        return before == restarts

    with ThreadPoolExecutor(max_workers=_STARTS_AT_ONCE) as pool:

        def observe_and_start() -> Snapshot:
            snapshot = observe.snapshot(engine, stack.name, stack.secrets())
            progress.seen(snapshot)
            _fail_on_the_dead(engine, snapshot, started, deaths)
            due = [n for n in ready_to_start(topology, snapshot) if n.name not in started]
            causes = [Start(node=n.name, cause=_cause(n)) for n in due]
            list(pool.map(engine.apply, causes))
            started.update(node.name for node in due)
            return snapshot

        good, snapshot = waiting.until(
            observe_and_start,
            lambda seen: seen.healthy and _complete(topology, seen) and steady(),
            timeout_s=max(1.0, deadline - time.monotonic()),
        )
    if not good:
        waiting_for = [
            f"{node.name}: {node.reason or node.health}"
            for node in snapshot.nodes().values()
            if node.health != "ok"
        ]
        raise NotReady(
            f"{len(waiting_for)} of {len(topology.nodes)} nodes are not ready by the deadline",
            hint="`sdctl logs NODE` shows why; `sdctl up --timeout 10m` goes on from here.",
            details=waiting_for,
        )
    return snapshot


def _complete(topology: Topology, snapshot: Snapshot) -> bool:
    return {node.name for node in topology.nodes} <= snapshot.nodes().keys()


def _cause(node: Node) -> str:
    return f"{', '.join(node.needs)} ready" if node.needs else "needs nothing"


def _fail_on_the_dead(
    engine: Engine, snapshot: Snapshot, started: set[str], deaths: dict[str, int]
) -> None:
    for name in started:
        node = snapshot.nodes().get(name)
        if node is None or node.state not in ("exited", "dead", "restarting"):
            continue
        deaths[name] = deaths.get(name, 0) + 1
        if deaths[name] >= _DEATHS_ALLOWED:
            raise _died(engine, name, node.reason)


def _died(engine: Engine, name: str, how: str) -> BringUpFailed:
    return BringUpFailed(
        f"{name} does not stay up: {how}",
        hint=f"More of its log: `sdctl logs {name}`. Then `sdctl up` goes on from here.",
        details=list(engine.logs(name, tail=12)),
    )
