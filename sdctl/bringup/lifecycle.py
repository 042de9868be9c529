"""The readable order of up and down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sdctl.bringup import canary, ports
from sdctl.bringup.changes import Changes, changes
from sdctl.bringup.progress import Progress
from sdctl.bringup.starting import is_down, start, start_of
from sdctl.components import versions
from sdctl.components.node import CGROUP_CPU, CONTAINER_LOGS, Node
from sdctl.design.topology import Topology
from sdctl.state import fault_records
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets import bundle_folder, fetched
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose import base_image
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.labels import CPU_TREE, ENGINE_ROOT, MEMORY_TREE
from sdctl.targets.target import Instance, Removed, Target


@dataclass(frozen=True)
class Up:
    """What `up` did: the stack as it is now, seconds it took, and whether anything changed."""

    snapshot: Snapshot
    seconds: float
    changed: bool
    proof: canary.Proof | None
    """What the canary order went through; None when the profile has no gateway."""


def up(
    engine: Target, topology: Topology, stack: Stack, progress: Progress, *, timeout_s: float
) -> Up:
    """Bring the stack to what the topology says, and prove it with one order through all tiers.

    May be run again at any time, also after an interruption: it goes on from what is there. The
    deadline is for the nodes to be ready: what images take to come says nothing about a stack.
    """
    began = time.monotonic()
    bundle = render(topology)
    before = engine.nodes()
    change = changes(bundle, topology, before)
    ports.check(topology, own=[port for each in before for port in each.host_ports.values()])
    stack.make_secrets(topology.secrets, _places(engine, topology))
    if change:
        bundle_folder.adopt(stack.bundle)
        bundle_folder.write(stack.bundle, bundle.files)
        _build(engine, topology, bundle, stack.bundle, progress)
        progress.stage("create containers")
        for op in change.unfinished:
            engine.apply(op)
        engine.converge(stack.bundle)
    progress.stage("start each tier when what it needs is ready")
    deadline = time.monotonic() + timeout_s
    snapshot = start(engine, topology, stack, progress, deadline)
    proof = None
    if "gateway" in topology.tiers:
        progress.stage("send one order through every tier")
        proof = canary.prove(
            topology, stack.secrets(), timeout_s=max(10, deadline - time.monotonic())
        )
    changed = bool(change) or bool(to_start(topology, before, change))
    return Up(snapshot, time.monotonic() - began, changed, proof)


def _places(engine: Target, topology: Topology) -> dict[str, str]:
    """Where on the host what the nodes mount is, as far as they mount it."""
    wanted = {mount.source for node in topology.nodes for mount in node.mounts}
    places = {ENGINE_ROOT: engine.root()} if CONTAINER_LOGS in wanted else {}
    if CGROUP_CPU in wanted:
        places[CPU_TREE], places[MEMORY_TREE] = engine.cgroup_trees()
    return places


def plan(engine: Target, topology: Topology) -> None:
    """What `up` would do, written down by a recording engine."""
    bundle = render(topology)
    containers = engine.nodes()
    change = changes(bundle, topology, containers)
    if change:
        if engine.missing_images([image_tag(bundle, image) for image in topology.built_images]):
            engine.build(Path("bundle"), [node.name for node in topology.nodes], lambda line: None)
        for op in change.unfinished:
            engine.apply(op)
        engine.converge(Path("bundle"))
    for node in to_start(topology, containers, change):
        engine.apply(start_of(node))


def to_start(
    topology: Topology, containers: Sequence[Instance], change: Changes
) -> tuple[Node, ...]:
    """Pure: the nodes that do not run, or will not when what is unfinished has been removed."""
    unfinished = {op.node for op in change.unfinished}
    states = {each.node: each.state for each in containers if each.node not in unfinished}
    return tuple(node for node in topology.nodes if is_down(states.get(node.name)))


def down(engine: Target, stack: Stack, *, keep_data: bool) -> Removed:
    """Remove the stack. With it the faults that are on are over:
    whoever waits to heal one sees its record closed, and ends."""
    removed = engine.remove(keep_data=keep_data)
    fault_records.forget_active(stack)
    stack.forget(keep_data=keep_data)
    return removed


def _build(
    engine: Target, topology: Topology, bundle: Bundle, place: Path, progress: Progress
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
        fetched.ensure(place / "images" / tags[tag].name, progress.detail)
    # one node stands for its image: building them by node name is Compose's way
    first = {node.image: node.name for node in reversed(topology.nodes)}
    engine.build(place, [first[tags[tag]] for tag in missing], progress.detail)
