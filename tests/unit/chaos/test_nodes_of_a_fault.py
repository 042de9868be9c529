"""A fault whose nodes are started, taken away or moved by somebody while it is on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from world import STACK, Conduct, World, healed

from sdctl.chaos import early_end, healing, record_times
from sdctl.components.component import Component
from sdctl.faults.fault import option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill import KillNodes
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state import fault_records
from sdctl.state.snapshot import Snapshot
from sdctl.targets.network_operations import GONE, MOVED, Helped
from sdctl.targets.operations import Kill, Op, Start, Unpause
from sdctl.targets.target import History, Instance, Output


def test_a_node_that_was_started_behind_its_back_must_be_named(conduct: Conduct) -> None:
    world = World()

    def up() -> None:
        world.during = lambda: None
        world.apply(Start(node="postgres-1", cause="up"))

    world.during = up
    verdict = conduct(world)
    assert verdict.judgement == "unknown"
    assert verdict.facts.ended_by == "somebody who started postgres-1 again"


def test_a_node_that_is_started_by_hand_must_end_the_fault_at_that_moment(
    conduct: Conduct,
) -> None:
    class Remembers(World):
        started_at: float | None = None

        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(started_at=self.started_at)

    world = Remembers()

    def up() -> None:
        world.during = lambda: None
        [record] = fault_records.active(STACK)
        world.started_at = record_times.wall(record.began) + 4.26
        world.apply(Start(node="postgres-1", cause="by hand"))

    world.during = up
    began = time.monotonic()
    verdict = conduct(world, KillNodes(where="postgres-1", for_=30.0))
    assert time.monotonic() - began < 15
    assert verdict.why is not None
    assert "ended early, after 4.26 s, by somebody who started postgres-1 again" in verdict.why
    assert verdict.judgement == "unknown"


def test_a_node_that_never_stopped_must_be_no_early_end() -> None:
    """Docker was told to kill it and did not: the fault had no effect, and nobody ended it."""
    record = fault_records.open_record(
        STACK, kind="kill", params={}, how=None, tier="database", target="postgres-1", for_s=60
    )
    plan = FaultPlan(
        tier="database", target="postgres-1", how=None, for_s=60,
        inject=(Kill(node="postgres-1", cause="x"),),
    )  # fmt: skip
    began = record_times.wall(record.began)

    class Runs(World):
        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(started_at=began - 1)

    assert early_end.ended_by(Runs(), plan, record) is None


def test_a_pause_that_was_ended_by_hand_must_be_unknown(conduct: Conduct) -> None:
    class Thawed(World):
        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(frozen_s=0.2)

    verdict = conduct(Thawed(), PauseNodes(where="postgres-1", for_=1.0))
    assert verdict.judgement == "unknown"
    said = "f-1 was ended early, after 200 ms, by somebody who let postgres-1 go on"
    assert verdict.why is not None
    assert said in verdict.why  # one time: the one that was measured
    [effect] = verdict.facts.effects
    assert (effect.seen, effect.holds) == (0.2, None)


def test_a_paused_node_that_is_taken_away_must_end_it_and_be_named(conduct: Conduct) -> None:
    class Removes(World):
        def nodes(self) -> tuple[Instance, ...]:
            return tuple(one for one in super().nodes() if one.state != "frozen")

        def apply(self, op: Op) -> Output:
            if isinstance(op, Unpause):
                raise NoSuchTarget(f"there is no node {op.node}")
            return super().apply(op)

    began = time.monotonic()
    verdict = conduct(Removes(), PauseNodes(where="postgres-1", for_=30.0))
    assert time.monotonic() - began < 10
    assert verdict.judgement == "unknown"
    assert verdict.facts.ended_by == "postgres-1, which stopped or was made anew"
    healed()


def test_a_node_that_restarts_must_not_count_as_held() -> None:
    """The engine starts it by itself, as after a crash; that it gets well is watched later."""
    seen = {
        state: Instance(node=state, tier="queue", component="rabbitmq", state=state)
        for state in ("running", "restarting", "down", "frozen")
    }
    assert healing.not_running([*seen.values()], [*seen]) == {"down": "down", "frozen": "frozen"}


@dataclass(frozen=True, kw_only=True)
class CutOff(KillLeader):
    """As it is, and nobody looks who reaches whom."""

    how: str = option("partition", "")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        return replace(super().plan(snapshot, components), effects=())


@pytest.mark.parametrize(
    ("code", "by"),
    [(GONE, "postgres-1, where the helper of the fault has ended"),
     (MOVED, "app-1, which has another address now")],
)  # fmt: skip
def test_a_partition_that_misses_a_node_must_end_at_once_and_name_it(
    conduct: Conduct, code: int, by: str
) -> None:
    """The network namespace of the node that it hit is new, and nothing of it is in there; or a
    node that it cuts off has another address."""

    class Elsewhere(World):
        missed = False

        def apply(self, op: Op) -> Output:
            if self.missed and isinstance(op, Helped) and (op.node, op.fault) in self.helpers:
                return Output(code, "app-1", "")
            return super().apply(op)

    world = Elsewhere(fails_over=False, beside=("app", "observer"))
    world.broken = True
    world.during = lambda: setattr(world, "missed", bool(world.helpers))
    began = time.monotonic()
    verdict = conduct(world, CutOff(for_=30.0))
    assert time.monotonic() - began < 15
    assert verdict.judgement == "unknown"
    assert verdict.facts.ended_by == by
    healed()
