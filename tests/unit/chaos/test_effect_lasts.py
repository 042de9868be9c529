"""The effect of a fault is measured when it begins, and again shortly before its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from world import STACK, Conduct, World

from sdctl.chaos import effects, healing
from sdctl.components.component import Component
from sdctl.faults._on_nodes import OnNodes
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.state import fault_records
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.targets.operations import Exec, Kill, LimitCpu, Op, Start
from sdctl.targets.target import Output


@dataclass(frozen=True, kw_only=True)
class Dim(OnNodes):
    """It is dark, for a time."""

    kind: ClassVar[str] = "cpu"
    does: ClassVar[str] = "dimmed"
    ending: ClassVar[Ending] = ForItsTime()
    where: str = option("postgres-2", "", argument=True)
    for_: float = option(1.2, "")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        effect = Effect(
            what="light",
            asked="dark",
            operations=(Exec(node="postgres-2", command=("look",), cause="look"),),
            read=lambda outputs: outputs[0].stdout,
        )
        return replace(super().plan(snapshot, components), effects=(effect,), ends_with_nodes=True)

    def begins(self, node: NodeStatus, cause: str) -> Op:
        return LimitCpu(node=node.name, quota_us=1000, period_us=1000, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        return LimitCpu(node=node, quota_us=-1, period_us=1000, cause=cause)


class Lamp(World):
    """Looked at, it shows what is ``shown``: each time the next, and then always the last."""

    def __init__(self, *shown: str, takes_s: float = 0.0) -> None:
        super().__init__()
        self.looks = list[float]()
        self.shown = shown
        self.takes_s = takes_s
        self.at_look: Callable[[int], object] = lambda number: None
        self.when_healed: Callable[[], object] = lambda: None
        self.healed = list[float]()

    def apply(self, op: Op) -> Output:
        if isinstance(op, LimitCpu) and op.quota_us < 0:
            self.healed.append(time.monotonic())
            self.when_healed()
        if not isinstance(op, Exec) or op.command != ("look",):
            return super().apply(op)
        self.looks.append(time.monotonic())
        time.sleep(self.takes_s)
        self.at_look(len(self.looks))
        return Output(0, self.shown[min(len(self.looks), len(self.shown)) - 1], "")


@pytest.mark.slow("a fault is looked at again shortly before its end")
def test_an_effect_that_is_gone_before_its_end_must_fail_and_say_so(conduct: Conduct) -> None:
    world = Lamp("dark", "bright")
    verdict = conduct(world, Dim())
    assert verdict.judgement == "fail"
    assert verdict.why == (
        "the fault did not do what it should until its end: "
        "light: asked dark, seen dark; at its end bright"
    )
    [effect] = verdict.to_json()["effects"]  # type: ignore[misc]
    assert (effect["seen"], effect["holds"]) == ("dark", True)
    assert (effect["at_end"]["seen"], effect["at_end"]["holds"]) == ("bright", False)


@pytest.mark.slow("a fault that has time for another look on a busy machine too")
def test_an_effect_that_lasts_must_be_told_once_and_the_look_be_within_its_time(
    conduct: Conduct,
) -> None:
    world = Lamp("dark", takes_s=0.3)
    verdict = conduct(world, Dim(for_=3.0))
    assert verdict.judgement == "pass"
    assert [str(effect) for effect in verdict.facts.effects] == ["light: asked dark, seen dark"]
    first, last = world.looks
    assert first + 0.4 < last < world.healed[0]
    assert verdict.facts.lasted_s is not None
    assert 2.9 < verdict.facts.lasted_s <= 3.0


@pytest.mark.parametrize("takes_s", [0.7, 1.0])
def test_where_there_is_no_time_for_another_look_the_fault_must_still_last_its_time(
    conduct: Conduct, takes_s: float
) -> None:
    world = Lamp("dark", takes_s=takes_s)
    verdict = conduct(world, Dim())
    assert len(world.looks) == 1
    assert verdict.judgement == "pass"
    assert verdict.facts.effects[0].at_end is None
    assert verdict.facts.lasted_s == pytest.approx(1.2, abs=0.05)


@pytest.mark.slow("a fault that has time for another look on a busy machine too")
def test_a_last_look_that_is_quicker_than_the_first_must_not_end_the_fault_sooner(
    conduct: Conduct,
) -> None:
    world = Lamp("dark", takes_s=0.25)
    world.at_look = lambda number: setattr(world, "takes_s", 0.0)
    verdict = conduct(world, Dim(for_=3.0))
    assert len(world.looks) == 2
    assert verdict.facts.lasted_s == pytest.approx(3.0, abs=0.05)


def test_what_is_seen_of_a_fault_that_another_ends_meanwhile_must_not_count(
    conduct: Conduct,
) -> None:
    world = Lamp("dark", "bright")

    def heal(number: int) -> None:
        if number == 2:
            [record] = fault_records.active(STACK)
            healing.heal(world, STACK, replace(record, kind="flush-cache", params={}))

    world.at_look = heal
    verdict = conduct(world, Dim())
    assert len(world.looks) >= 2
    assert verdict.facts.effects[0].at_end is None
    assert verdict.judgement == "unknown"
    assert "was ended early" in str(verdict.why)


def test_an_effect_that_was_not_seen_as_its_node_had_stopped_must_be_unknown(
    conduct: Conduct,
) -> None:
    world = Lamp("bright")
    world.at_look = lambda number: super(Lamp, world).apply(Kill(node="postgres-2", cause="x"))
    world.when_healed = lambda: super(Lamp, world).apply(Start(node="postgres-2", cause="x"))
    verdict = conduct(world, Dim(for_=30.0))
    assert verdict.judgement == "unknown"
    assert "by postgres-2, which stopped or was made anew" in str(verdict.why)
    assert verdict.advice == "Run the same command again, and let the fault last to its end."
    assert [effect.holds for effect in verdict.facts.effects] == [None]


def test_an_effect_that_was_not_seen_on_a_node_that_runs_must_fail(conduct: Conduct) -> None:
    verdict = conduct(Lamp("bright"), Dim(for_=30.0))
    assert verdict.judgement == "fail"
    assert [effect.holds for effect in verdict.facts.effects] == [False]


@pytest.mark.slow("a fault is looked at again shortly before its end")
def test_a_last_look_that_waits_must_be_given_up_when_the_node_ends(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever would answer has ended with the node."""
    monkeypatch.setattr(effects, "_GRACE_S", 60.0)
    world = Lamp("dark", takes_s=1.0)
    answer = threading.Event()

    def ends(number: int) -> None:
        world.takes_s = 0.0
        if number == 2:
            super(Lamp, world).apply(Kill(node="postgres-2", cause="x"))
            answer.wait(60)

    world.at_look = ends
    world.when_healed = answer.set
    verdict = conduct(world, Dim(for_=3.0))
    assert len(world.looks) == 2
    assert verdict.judgement == "unknown"
    assert verdict.facts.ended_by == "postgres-2, which stopped or was made anew"
    assert verdict.facts.effects[0].at_end is None
    # at the next question whether the node has ended, every 0.3 s
    assert world.healed[0] - world.looks[1] < 30


@pytest.mark.slow("a fault is looked at again shortly before its end")
def test_a_last_look_without_an_answer_must_not_keep_the_fault_on_and_be_unknown(
    conduct: Conduct,
) -> None:
    world = Lamp("dark")
    answer = threading.Event()
    world.at_look = lambda number: number == 2 and answer.wait(20)
    world.when_healed = answer.set
    began = time.monotonic()
    verdict = conduct(world, Dim())
    assert time.monotonic() - began < 15
    assert verdict.judgement == "unknown"
    assert "until its end could not be told: the answer did not come in time" in str(verdict.why)
