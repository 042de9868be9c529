"""A fault that was aimed by a role must be over when its node has that role no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from world import Conduct, World

from sdctl.faults._on_nodes import WorseNodes
from sdctl.faults.effect import Effect
from sdctl.faults.fault import option
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.targets.operations import Exec, LimitCpu, Op
from sdctl.targets.target import Output


@dataclass(frozen=True, kw_only=True)
class Nothing(WorseNodes):
    """Nothing, for a time."""

    kind: ClassVar[str] = "cpu"
    does: ClassVar[str] = "hit"
    where: str = option("database:leader", "", argument=True)

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        return ()

    def begins(self, node: NodeStatus, cause: str) -> Op:
        return LimitCpu(node=node.name, quota_us=1000, period_us=1000, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        return LimitCpu(node=node, quota_us=-1, period_us=1000, cause=cause)


@pytest.mark.parametrize(
    ("where", "over"), [("database:leader", True), ("leader", True), ("postgres-1", False)]
)
def test_it_must_end_where_the_role_is_lost_for_which_the_node_was_hit(
    conduct: Conduct, where: str, over: bool
) -> None:
    class Limits(World):
        def apply(self, op: Op) -> Output:
            self.broken = isinstance(op, LimitCpu)
            return super().apply(op)

    world, looks = Limits(), list[int]()

    def moment() -> None:
        looks.append(1)
        if len(looks) == 2:
            world.leader = "postgres-2"

    world.during = moment
    verdict = conduct(world, Nothing(where=where, for_=1.5))
    assert (verdict.facts.ended_by is not None) is over
    if over:
        assert verdict.facts.ended_by == "postgres-1, which has another role now"
        assert verdict.facts.lasted_s is not None
        assert verdict.facts.lasted_s < 1.4


@dataclass(frozen=True, kw_only=True)
class Unseen(Nothing):
    """Its effect is not there."""

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        look = Exec(node=node, command=("look",), cause="look")
        return (Effect(what="light", asked="dark", operations=(look,), read=lambda _: "bright"),)


@pytest.mark.parametrize(("where", "verdict"), [("database:leader", "unknown"),
                                                ("postgres-1", "fail")])  # fmt: skip
def test_an_effect_that_was_not_seen_must_be_unknown_where_the_role_was_lost_by_then(
    conduct: Conduct, where: str, verdict: str
) -> None:
    class HandsOver(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Exec) and op.command == ("look",):
                self.leader = "postgres-2"
                return Output(0, "", "")
            return super().apply(op)

    judged = conduct(HandsOver(), Unseen(where=where, for_=30.0))
    assert judged.judgement == verdict
