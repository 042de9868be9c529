"""Settings that nodes take up only in an order: the leader first where they are lower."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sdctl.bringup.late_settings import bring_into_force
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
NAMES = ("postgres-1", "postgres-2", "postgres-3")


@dataclass
class Database(RecordingTarget):
    """postgres-2 leads. A server that is started again has what is wanted; one that follows has no
    less than the leader."""

    has: dict[str, int]
    wanted: int = 150
    obeys: bool = True
    restarted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(
            Instance(node=name, tier="database", component="postgres", state="running")
            for name in NAMES
        )

    def apply(self, op: Op) -> Output:
        name = op.node  # type: ignore[union-attr]
        self.restarted.append(name)
        least = 0 if name == "postgres-2" else self.has["postgres-2"]
        if self.obeys:
            self.has[name] = max(self.wanted, least)
        return super().apply(op)

    def look(self) -> Snapshot:
        nodes = tuple(
            NodeStatus(
                name=name, state="running", health="ok", facts={"max_connections": has},
                role="leader" if name == "postgres-2" else "follower",
            )
            for name, has in self.has.items()
        )  # fmt: skip
        tier = TierStatus(healthy=True, leader="postgres-2", nodes=nodes)
        return Snapshot(stack="s", profile="p", at="", healthy=True, tiers={"database": tier})

    def bring(self, topology: Topology, *, within_s: float = 9.0) -> bool:
        deadline = time.monotonic() + within_s
        bring_up = LookedAt(self, topology, Stack("sdctl"), Silent())
        return bring_into_force(bring_up, self.look(), deadline)


@pytest.mark.parametrize(
    ("before", "restarted"),
    [
        ((200, 200, 200), ["postgres-2", "postgres-1", "postgres-3"]),
        ((200, 150, 150), ["postgres-1"]),
        ((100, 100, 150), ["postgres-1", "postgres-2"]),
        ((150, 150, 150), []),
    ],
)
def test_a_lower_value_must_be_in_force_on_the_leader_first_and_a_higher_one_at_last(
    before: tuple[int, ...], restarted: list[str], topology_of: Make
) -> None:
    topology = topology_of("standard", "database.max_connections=150")
    world = Database(dict(zip(NAMES, before, strict=True)))
    assert world.bring(topology) is bool(restarted)
    assert world.restarted == restarted
    assert set(world.has.values()) == {150}


def test_a_value_that_is_not_taken_up_must_be_said_with_its_node(topology_of: Make) -> None:
    topology = topology_of("standard", "database.max_connections=150")
    world = Database(dict.fromkeys(NAMES, 200), obeys=False)
    with pytest.raises(NotReady, match=r"postgres-2 .*database\.max_connections is 200 still"):
        world.bring(topology, within_s=0.0)


def test_a_restart_that_fails_must_be_told_with_what_it_said(topology_of: Make) -> None:
    class Refusing(Database):
        def apply(self, op: Op) -> Output:
            return Output(1, "", "restart failed: postgres-2 is busy\n")

    topology = topology_of("standard", "database.max_connections=150")
    world = Refusing(dict.fromkeys(NAMES, 200))
    with pytest.raises(NotReady) as told:
        world.bring(topology, within_s=0.2)
    assert told.value.details == ("postgres-2: restart failed: postgres-2 is busy",)
