"""Fewer nodes of a store: whoever stays leads, with every write, before anybody is taken away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from sdctl.bringup import handover
from sdctl.bringup.progress import Silent
from sdctl.design.topology import Topology
from sdctl.foundation.errors import NotReady
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.state.stack import Stack
from sdctl.targets.operations import Op
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output
from tests.unit.bringup.looked_at import LookedAt

Make = Callable[..., Topology]


def node(number: int, role: str, *, sync: bool = False) -> NodeStatus:
    return NodeStatus(
        name=f"postgres-{number}", state="running", role=role, health="ok",  # type: ignore[arg-type]
        facts={"sync": True} if sync else {},
    )  # fmt: skip


@dataclass
class Database(RecordingTarget):
    """Followers that are in step become synchronous when the one that was goes; only a synchronous
    one takes over."""

    there: dict[str, NodeStatus]
    catches_up: bool = True
    stopped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(
            Instance(node=name, tier="database", component="postgres", state="running")
            for name in self.there
        )

    def apply(self, op: Op) -> Output:
        name = op.node  # type: ignore[union-attr]
        self.stopped.append(name)
        led = self.there[name].role == "leader"
        self.there[name] = replace(self.there[name], state="down", role=None, health="failing")
        for other, status in self.there.items():
            if led and status.facts.get("sync"):
                self.there[other] = replace(status, role="leader", facts={})
            elif not led and status.role == "follower" and self.catches_up:
                self.there[other] = replace(status, facts={"sync": True})
        return super().apply(op)

    def look(self) -> Snapshot:
        nodes = tuple(self.there.values())
        tier = TierStatus(healthy=True, leader=None, nodes=nodes)
        return Snapshot(
            stack="sdctl", profile="standard", at="", healthy=True, tiers={"database": tier}
        )

    def hand_over(self, topology: Topology, *removed: str, within_s: float = 5.0) -> None:
        bring_up = LookedAt(self, topology, Stack("sdctl"), Silent())
        handover.hand_over(bring_up, removed, time.monotonic() + within_s)


def database(*nodes: NodeStatus, catches_up: bool = True) -> Database:
    return Database({node.name: node for node in nodes}, catches_up)


def test_a_leader_that_goes_must_be_followed_by_one_that_stays_and_has_everything(
    topology_of: Make,
) -> None:
    """The one that stays was no synchronous follower, so it may lack writes at first."""
    one = topology_of("standard", "database.nodes=1")
    world = database(node(1, "follower"), node(2, "follower", sync=True), node(3, "leader"))
    world.hand_over(one, "postgres-2", "postgres-3")
    assert world.stopped == ["postgres-2", "postgres-3"]
    assert world.there["postgres-1"].role == "leader"


def test_a_leader_that_stays_must_go_on(topology_of: Make) -> None:
    one = topology_of("standard", "database.nodes=1")
    world = database(node(1, "leader"), node(2, "follower", sync=True), node(3, "follower"))
    world.hand_over(one, "postgres-2", "postgres-3")
    assert world.stopped == ["postgres-2", "postgres-3"]


def test_where_none_that_stays_can_lead_the_leader_must_stay_too(topology_of: Make) -> None:
    one = topology_of("standard", "database.nodes=1")
    world = database(
        node(1, "follower"), node(2, "follower", sync=True), node(3, "leader"), catches_up=False
    )
    with pytest.raises(NotReady, match="none of the nodes that stay can lead the database yet"):
        world.hand_over(one, "postgres-2", "postgres-3", within_s=0.1)
    assert world.stopped == ["postgres-2"]


def test_what_keeps_no_writes_must_be_taken_away_as_it_is(topology_of: Make) -> None:
    world = database(node(1, "leader"))
    world.hand_over(topology_of("lite"), "app-3")
    assert world.stopped == []


def looking(*looks: list[NodeStatus]) -> Callable[[], Snapshot]:
    """One look after the other, and the last again and again."""
    left = list(looks)

    def look() -> Snapshot:
        nodes = tuple(left.pop(0) if len(left) > 1 else left[0])
        tier = TierStatus(healthy=True, leader=None, nodes=nodes)
        return Snapshot(stack="s", profile="p", healthy=True, at="", tiers={"database": tier})

    return look


def turn(topology: Topology, *looks: list[NodeStatus], due: str, within_s: float = 9.0) -> str:
    deadline = time.monotonic() + within_s
    return " ".join(handover.await_turn(topology, due.split(), looking(*looks), deadline))


def test_a_leader_must_be_made_anew_only_when_another_node_has_every_write(
    topology_of: Make,
) -> None:
    topology = topology_of("lite", "database.nodes=2", "app.replicas=2")
    behind, ready = [[node(1, "leader"), node(2, "follower", sync=sync)] for sync in (False, True)]
    due = "postgres-1"
    assert turn(topology, behind, ready, due=due) == due
    with pytest.raises(NotReady, match="none of its nodes is made anew"):
        turn(topology, behind, due=due, within_s=0.0)
    assert turn(topology, behind, due="postgres-2") == "postgres-2"
    assert turn(topology, behind, due="app-1 postgres-1") == "app-1"


def test_who_leads_when_a_turn_begins_must_be_made_anew_last(topology_of: Make) -> None:
    """Leadership moves meanwhile: with another consensus store, or by a failover."""
    topology = topology_of("lite", "database.nodes=2")
    first = [node(1, "leader"), node(2, "follower", sync=True)]
    moved = [node(1, "follower", sync=True), node(2, "leader")]
    nobody = [replace(n, role="follower", health="failing", facts={}) for n in first]
    due = "postgres-1 postgres-2"
    assert turn(topology, first, due=due) == "postgres-2"
    assert turn(topology, nobody, moved, due=due) == "postgres-1"
