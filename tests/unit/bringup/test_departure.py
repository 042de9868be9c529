"""Nodes that are gone for good: the leader that stays is told, and what it cannot do is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.bringup.departure import gone, let_go
from sdctl.bringup.progress import Silent
from sdctl.design.topology import Topology
from sdctl.state.snapshot import NodeStatus, Role, Snapshot, TierStatus
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output
from tests.unit.bringup.looked_at import LookedAt

BEFORE = (
    *(Instance(node=f"postgres-{n}", tier="database", component="postgres", state="running")
      for n in (1, 2, 3)),
    Instance(node="app-9", tier="app", component="app", state="running"),
)  # fmt: skip


class Told(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def seen(role: Role = "leader") -> Snapshot:
    nodes = (
        NodeStatus(name="postgres-1", state="running", role="follower", health="ok"),
        NodeStatus(name="postgres-2", state="running", role=role, health="ok"),
    )
    tier = TierStatus(healthy=True, leader="postgres-2", nodes=nodes)
    return Snapshot(stack="s", profile="p", at="", healthy=True, tiers={"database": tier})


def test_the_leader_must_forget_the_nodes_of_its_own_tier(
    topology_of: Callable[..., Topology],
) -> None:
    target, told = RecordingTarget(BEFORE), Told()
    went = gone(("postgres-3", "app-9"), BEFORE)
    assert went == {"database": ["postgres-3"], "app": ["app-9"]}
    let_go(LookedAt(target, topology_of("lite"), Stack("s"), told), seen(), went)
    [op] = target.ops
    assert isinstance(op, Exec)
    assert (op.node, op.command[-2:]) == ("postgres-2", ("/opt/sdctl/forget.py", "postgres-3"))
    assert told.lines == []


@pytest.mark.parametrize(
    ("role", "lines"),
    [
        ("leader", ["postgres-2 still keeps its log for postgres-3: still there after 30 s: "
                    "postgres_3"]),
        ("follower", []),
    ],
)  # fmt: skip
def test_what_is_not_forgotten_must_be_told_and_harm_nothing(
    role: Role, lines: list[str], topology_of: Callable[..., Topology]
) -> None:
    told = Told()
    target = RecordingTarget(
        BEFORE, outputs=lambda op: Output(1, "", "still there after 30 s: postgres_3\n")
    )
    bring_up = LookedAt(target, topology_of("lite"), Stack("s"), told)
    let_go(bring_up, seen(role), {"database": ["postgres-3"]})
    assert told.lines == lines
