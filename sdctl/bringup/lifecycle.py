"""The readable order of up and down."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sdctl.bringup import canary, foresight
from sdctl.bringup.bring_up import BringUp
from sdctl.bringup.convergence import converge
from sdctl.bringup.departure import gone, let_go
from sdctl.bringup.doctor import examination
from sdctl.bringup.doctor.checks import left_tiers
from sdctl.bringup.handover import await_turn, hand_over
from sdctl.bringup.late_settings import bring_into_force
from sdctl.bringup.progress import Progress
from sdctl.bringup.renewal import by_turns
from sdctl.bringup.starting import is_down, start, start_of
from sdctl.components.node import Node
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology
from sdctl.foundation import output
from sdctl.state import fault_records, observation, wanted
from sdctl.state.addresses import api_key, gateway_url
from sdctl.state.entrance import Entrance
from sdctl.state.running import Running
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets import placement
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes
from sdctl.targets.target import Instance, Removed, Target


@dataclass(frozen=True)
class Up:
    """What `up` did: the stack as it is now, seconds it took, and whether anything changed."""

    snapshot: Snapshot
    seconds: float
    changed: bool
    proof: canary.Proof | None
    """What the canary order went through; None when the profile has no gateway."""
    url: str | None
    """Where the gateway is reached; likewise."""


def up(
    target: Target, topology: Topology, stack: Stack, progress: Progress, *, timeout_s: float
) -> Up:
    """Bring the stack to what the topology says, and prove it with one order through all tiers.

    May be run again at any time, also after an interruption: it goes on from what is there. The
    time limit is for the nodes to be ready, of each turn anew: what images take to come says
    nothing about a stack.
    """
    began, bring_up = time.monotonic(), BringUp(target, topology, stack, progress)
    bundle = target.form.render(topology)
    before = target.nodes()
    changes = target.changes(topology, bundle)
    starting = to_start(topology, before, changes)
    if changes or starting:
        progress.stage("look at this machine")
        _look(target, topology, bundle, is_new=not before)

    def limit() -> float:
        return time.monotonic() + timeout_s

    later: set[str] = set()
    if "renew by turns" not in target.abilities:
        seen = bring_up.look() if changes.recreated else None
        new = {secret.name for secret in topology.secrets}.difference(stack.secrets())
        later.update(by_turns(topology, changes, before, seen=seen, new=new))
    if changes.removed:
        hand_over(bring_up, changes.removed, limit())
    for line in foresight.building(changes, topology.images):
        progress.say(line)
    converge(bring_up, bundle, changes, later)
    progress.stage("start each tier when what it needs is ready")
    snapshot = start(bring_up, limit(), later)
    while later:
        turn = await_turn(topology, later, bring_up.look, limit())
        later.difference_update(turn)
        progress.stage(f"make {', '.join(turn)} anew, while the others serve")
        part = replace(bring_up.report, stage=progress.detail)
        target.converge(topology, bundle, stack.bundle, part, later)
        snapshot = start(bring_up, limit(), later)
    end = limit()
    if bring_into_force(bring_up, snapshot, end):
        snapshot = start(bring_up, end)
    let_go(bring_up, snapshot, gone(changes.removed, before))
    url = gateway_url(topology, target.host) if "gateway" in topology.tiers else None
    proof = _prove(bring_up, url) if url else None
    changed = bool(changes) or bool(starting)
    return Up(snapshot, time.monotonic() - began, changed, proof, url)


def _look(target: Target, topology: Topology, bundle: Bundle, *, is_new: bool) -> None:
    """What is wrong with this machine is said of a stack that ``is_new``: who changes one has read
    it when it was made."""
    for finding in examination.passed(target, topology, bundle):
        # what is left out is said where it is decided, and once more at the end
        if is_new and finding.id != left_tiers.ID:
            output.warn(". ".join(filter(None, (finding.message, finding.mending))))


def _prove(bring_up: BringUp, url: str) -> canary.Proof:
    progress, stack = bring_up.progress, bring_up.stack
    progress.stage("send one order, and follow it through every tier")
    return canary.prove(
        bring_up.topology,
        Entrance(url, api_key(stack.secrets())),
        observation.observer_of(bring_up.target.nodes(), stack),
        lambda step: progress.done(f"{step.tier} {step.what}: {step.seen}"),
    )


def plan(target: Target, topology: Topology, before: Profile | None) -> list[str]:
    """What `up` would do, a line each, and why; ``before``: the profile that runs now. Raises, as
    `up` would, for what keeps the stack from coming up."""
    bundle = target.form.render(topology)
    changes = target.changes(topology, bundle)
    made = {*changes.created, *changes.recreated, *changes.renewed}
    down = [node for node in to_start(topology, target.nodes(), changes) if node.name not in made]
    starts = [str(start_of(node)) for node in down]
    if changes or starts:
        examination.passed(target, topology, bundle)
    return [*foresight.lines(changes, before, topology), *starts]


def to_start(
    topology: Topology, instances: Sequence[Instance], changes: Changes
) -> tuple[Node, ...]:
    """Pure: the nodes that do not run, or will not when what is renewed has been taken away."""
    kept = (instance for instance in instances if instance.node not in changes.renewed)
    states = {instance.node: instance.state for instance in kept}
    return tuple(node for node in topology.nodes if is_down(states.get(node.name)))


def down(target: Target, stack: Stack, *, keep_data: bool) -> Removed:
    """Remove the stack. With it the faults that are on are over:
    whoever waits to heal one sees its record closed, and ends. Data that are kept keep the profile
    that they were made with."""
    if keep_data:
        wanted.taken_down(stack.name, Running(target, stack).profile_or_none())
    removed = target.remove(keep_data=keep_data)
    fault_records.forget_active(stack)
    stack.forget(keep_data=keep_data)
    if not keep_data:
        wanted.forget(stack.name)
        placement.forget(stack.name)
    return removed
