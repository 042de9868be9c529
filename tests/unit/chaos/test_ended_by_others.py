"""A fault that does not come to its own end: interrupted, healed or undone by somebody, unseen."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from world import STACK, Conduct, World, healed

from sdctl.chaos import early_end, healer, healing, settling
from sdctl.components.component import Component
from sdctl.faults._in_service import WhileTheyDoIt
from sdctl.faults.ending import Ending
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import VerdictUnknown
from sdctl.foundation.units import utc
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.targets.operations import Kill, Start
from sdctl.targets.target import History


def test_without_an_observer_it_must_be_over_with_its_time_and_say_why(conduct: Conduct) -> None:
    world = World()

    def gone() -> None:
        world.away = "no observer is running"

    world.during = gone
    began = time.monotonic()
    verdict = conduct(world)
    assert time.monotonic() - began < 15
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert "nothing could be seen: no observer is running" in verdict.why
    healed()


def test_an_interrupted_run_must_heal_and_give_the_figures_so_far(conduct: Conduct) -> None:
    world = World(fails_over=False)

    def control_c() -> None:
        world.during = lambda: None
        raise KeyboardInterrupt

    world.during = control_c
    verdict = conduct(world, KillLeader(for_=60.0))
    assert verdict.facts.interrupted
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert verdict.why.startswith("the run was interrupted")
    assert verdict.audit is not None
    assert verdict.audit.acknowledged > 400
    assert any(isinstance(op, Start) for op in world.ops)
    assert healed().healed_by == healing.BY_RUN


def test_a_run_that_is_interrupted_while_it_settles_must_give_its_figures(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, times = settling.audit, []

    def once(*given: object, **named: object) -> settling.ReadBack:
        times.append(1)
        if len(times) == 1:
            raise KeyboardInterrupt
        return audit(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(settling, "audit", once)
    verdict = conduct(World())
    assert verdict.facts.interrupted
    assert verdict.audit is not None


def test_a_fault_that_another_ended_must_be_unknown_and_name_him(conduct: Conduct) -> None:
    world = World(fails_over=False)

    def heal_all() -> None:
        world.during = lambda: None
        [record] = fault_records.active(STACK)
        healing.heal(world, STACK, record, by=healing.BY_COMMAND)

    world.during = heal_all
    began = time.monotonic()
    verdict = conduct(world, KillLeader(for_=30.0))
    assert time.monotonic() - began < 10
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert "was ended early" in verdict.why
    assert "by `sdctl chaos heal`" in verdict.why
    assert healed().healed_by == healing.BY_COMMAND


def test_what_was_healed_before_it_began_must_not_begin(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its healer has read that it is healed, and has ended."""

    def heals(stack: object, record: Record) -> None:
        healing.heal(world, STACK, record, by=healing.BY_COMMAND)

    world = World()
    monkeypatch.setattr(healer, "start_healer", heals)
    with pytest.raises(VerdictUnknown, match="ended by `sdctl chaos heal` before it began"):
        conduct(world)
    assert not any(isinstance(op, Kill) for op in world.ops)
    assert healed().injected_at is None


def test_what_ended_while_its_nodes_took_the_order_must_stay_ended(conduct: Conduct) -> None:
    """A fault of the service counts from when every replica knows, which is written down too."""

    class Slow(KillLeader):
        ending: ClassVar[Ending] = WhileTheyDoIt("database", "never", "it is told", "those")

    def heal() -> None:
        world.during = lambda: None
        [record] = fault_records.active(STACK)
        healing.heal(world, STACK, record, by=healing.BY_COMMAND)

    world = World()
    world.during = heal
    assert conduct(world, Slow(for_=30.0)).facts.ended_by == healing.BY_COMMAND
    assert healed().healed_by == healing.BY_COMMAND


def test_who_began_to_heal_it_must_be_named_before_it_is_written_down_as_healed(
    conduct: Conduct,
) -> None:
    """Its nodes show first that it is over: they are not who ended it."""
    world = World(fails_over=False)

    def heal() -> None:
        world.during = lambda: None
        [record] = fault_records.active(STACK)
        fault_records.healing(STACK, record, by=healing.BY_COMMAND)
        world.apply(Start(node="postgres-1", cause="heal"))
        world.gaps = [(since, time.monotonic()) for since, _ in world.gaps]

    world.during = heal
    verdict = conduct(world, KillLeader(for_=30.0))
    assert verdict.facts.ended_by == healing.BY_COMMAND
    assert healed().healed_by == healing.BY_COMMAND


def test_a_fault_that_began_late_must_count_as_ended_early_until_its_own_end() -> None:
    """Its nodes were long in knowing of it, and its time counts from then."""
    record = fault_records.open_record(
        STACK, kind="slow-queries", params={}, how=None, tier="app", target="2 apps", for_s=0.1
    )
    plan = FaultPlan(tier="app", target="2 apps", how=None, inject=(), for_s=0.1)
    late = replace(record, injected_at=utc(datetime.now(UTC) + timedelta(seconds=8)))
    closed = replace(late, healed_at=utc(), healed_by=healing.BY_COMMAND)
    early = early_end.ended_by(World(), plan, closed)
    assert early is not None
    assert early.by == healing.BY_COMMAND


def test_a_fault_must_not_count_as_ended_early_at_its_deadline() -> None:
    record = fault_records.open_record(
        STACK, kind="pause", params={}, how=None, tier="gateway", target="gateway", for_s=0
    )
    closed = fault_records.close_record(STACK, record, by=healing.BY_HEALER)
    world = World()
    plan = KillLeader().plan(world.look(), {"database": _component()})
    assert early_end.ended_by(world, plan, closed) is None


def test_a_node_that_its_deadline_started_must_not_have_been_started_by_somebody() -> None:
    """The healer of a fault was as quick as its run, which sees the node run already."""
    record = fault_records.open_record(
        STACK, kind="kill-leader", params={}, how="kill", tier="database", target="postgres-1",
        for_s=60.0,
    )  # fmt: skip
    over = datetime.now(UTC) - timedelta(seconds=60.1)
    record = replace(
        record, started_at=utc(over), injected_at=utc(over), until=utc(over + timedelta(seconds=60))
    )
    plan = KillLeader().plan(World().look(), {"database": _component()})
    for at, early in ((10.0, True), (60.02, False), (None, False)):
        world = Started(over.timestamp() + at if at else None)
        assert (early_end.ended_by(world, plan, record) is not None) is early, at
    # one clock tells whole seconds only
    healing_it = replace(record, healing_by=healing.BY_HEALER)
    assert early_end.ended_by(Started(over.timestamp() + 59.0), plan, healing_it) is None


class Started(World):
    """All of its nodes run since ``at``."""

    def __init__(self, at: float | None) -> None:
        super().__init__()
        self.at = at

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        return History(started_at=self.at)


def test_a_pause_that_began_too_late_must_have_been_ended_by_its_deadline() -> None:
    """A busy engine froze the node when the deadline was near. Nobody else let it go on."""
    record = fault_records.open_record(
        STACK, kind="pause", params={}, how=None, tier="gateway", target="gateway", for_s=0
    )
    closed = fault_records.close_record(STACK, record, by=healing.BY_HEALER)
    world = World()
    plan = PauseNodes(where="postgres-1", for_=3.0).plan(world.look(), {"database": _component()})
    early = early_end.thawed_early(plan, closed, {"postgres-1": 1.0})
    assert early is not None
    assert early.by == "its deadline: it took long until postgres-1 was frozen"


def _component() -> Component:
    from sdctl.components.component import all_components

    return all_components()["database"]
