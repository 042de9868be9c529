"""Faults of one game day that share nodes: who waits for whom, and that nothing of any is left."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from days import FOLLOWER, LEADER, Play, all_healed, day
from world import STACK, World

from sdctl.chaos import preparation, undoing
from sdctl.chaos.gameday.claims import Claims, too_near
from sdctl.components.component import Component
from sdctl.faults._kernel import CPU_LIMIT, CPU_USED, MEMORY
from sdctl.faults.fault import Fault
from sdctl.faults.fill_memory import FillMemory
from sdctl.faults.limit_cpu import LimitNodes
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import TargetRefused
from sdctl.targets.operations import Exec, LimitCpu, Op
from sdctl.targets.target import Output


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([(8.0, FOLLOWER), (12.0, FOLLOWER)], ["pause postgres-3 #2 at 12 s may not begin"]),
        ([(8.0, FOLLOWER), (18.7, FOLLOWER)], []),
        ([(8.0, FOLLOWER), (12.0, PauseNodes(where="postgres-2"))], []),
        (
            [(8.0, FOLLOWER), (9.0, PauseNodes(where="database"))],
            ["pause database at 9 s may not begin"],
        ),
        ([(0.0, LEADER), (3.0, LEADER)], []),
    ],
    ids=["too near", "far enough", "another node", "one node of all", "another leader by then"],
)
def test_two_that_are_the_same_must_be_warned_of_where_they_are_too_near(
    parts: list[tuple[float, Fault]], named: list[str], components: Mapping[str, Component]
) -> None:
    chosen, seen = day(*parts), World(nodes=3).look()
    plans = [part.fault.plan(seen, components) for part in chosen.parts]
    warned = [*too_near(chosen, plans)]
    assert [text.partition(":")[0] for text in warned] == named
    assert all("or later" in text for text in warned)


def test_a_claim_must_stand_before_the_record_does(components: Mapping[str, Component]) -> None:
    claims, world = Claims(STACK), World(nodes=3)
    plan = FOLLOWER.plan(world.look(), components)
    other = PauseNodes(where="postgres-2")
    now = time.monotonic()
    with claims.claimed(FOLLOWER, plan, now) as first:
        assert first == ""
        with claims.claimed(FOLLOWER, plan, now) as second:
            assert "begins at this moment" in second
        with claims.claimed(other, other.plan(world.look(), components), now) as third:
            assert third == ""
    with claims.claimed(FOLLOWER, plan, now) as late:
        assert "ends at this moment" in late, "it was planned while the first was on"
    with claims.claimed(FOLLOWER, plan, time.monotonic()) as after:
        assert after == ""


class Limited(World):
    """Each node tells the CPU limit that it has."""

    def __init__(self) -> None:
        super().__init__(nodes=3)
        self.limits = dict.fromkeys(("postgres-1", "postgres-2", "postgres-3"), "max 100000")

    def apply(self, op: Op) -> Output:
        if isinstance(op, LimitCpu):
            quota = "max" if op.quota_us < 0 else op.quota_us
            self.limits[op.node] = f"{quota} {op.period_us}"
        if isinstance(op, Exec) and op.command == CPU_LIMIT:
            return Output(0, self.limits[op.node], "")
        if isinstance(op, Exec) and op.command == CPU_USED:
            return Output(0, "200000 1000000 90 100", "")
        return super().apply(op)


@pytest.mark.slow("two faults of a second each, one after the other")
def test_a_limit_must_be_gone_after_two_that_share_a_node(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second would take the limit of the first for the node's own, and leave it there."""
    monkeypatch.setattr(preparation, "WELL_S", 20.0)
    world = Limited()
    monkeypatch.setattr(LimitNodes, "shortest_s", 0.5)
    whole, one = LimitNodes(where="database", for_=1.0), LimitNodes(where="postgres-2", for_=1.0)
    verdict = played(world, day((0.0, whole), (0.3, one)))
    assert [part.why for part in verdict.parts] == ["", ""]
    assert set(world.limits.values()) == {"max 100000"}
    first, second = sorted(all_healed(), key=lambda record: record.began)
    assert first.healed_at is not None
    assert first.healed_at <= second.began


class Refusing(World):
    """As Docker, it runs no command in a node that is frozen."""

    def __init__(self) -> None:
        super().__init__(nodes=3)

    def apply(self, op: Op) -> Output:
        if isinstance(op, Exec):
            if self._instances[op.node].state == "frozen":
                raise TargetRefused(f"{op.node} is paused")
            if op.command == MEMORY:
                return Output(0, "1000 900 0 0 0", "")
            if op.command[0] == "stat":
                return Output(0, "tmpfs", "")
        return super().apply(op)


@pytest.mark.slow("a last look at the effect is tried for some seconds")
def test_a_fault_that_ends_while_another_freezes_its_node_must_be_undone_after_that(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the day goes on to its verdict, and nothing is left of either."""
    monkeypatch.setattr(undoing, "UNDO_S", 0.0)
    monkeypatch.setattr(FillMemory, "shortest_s", 0.1)
    filled = FillMemory(where="postgres-3", for_=0.5)
    frozen = PauseNodes(where="postgres-3", for_=5.0)
    played(Refusing(), day((0.0, filled), (0.2, frozen)))
    memory, pause = sorted(all_healed(), key=lambda record: record.kind)
    assert memory.healed_at is not None
    assert pause.healed_at is not None
    assert memory.healed_at >= pause.healed_at
