"""A fault from baseline to verdict, on the engine's double: also what goes wrong in the middle."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest
from world import Conduct, World, healed

from sdctl.chaos import healer, healing, node_states, preparation, readback
from sdctl.chaos.experiment import SilentSteps
from sdctl.components.component import Component
from sdctl.faults.ending import Ending, FaultOn, Seen
from sdctl.faults.kill import KillNodes
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import NotReady, SdctlError, TargetRefused, VerdictUnknown
from sdctl.targets.operations import Kill, Op
from sdctl.targets.target import History, Output


class Told:
    """Steps that are kept."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.seen: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def now(self, text: str) -> None:
        self.seen.append(text)


def test_a_leader_that_is_followed_by_another_must_pass_and_be_healed(conduct: Conduct) -> None:
    world = World()
    verdict = conduct(world)
    assert (verdict.judgement, verdict.why) == ("pass", None)
    assert (verdict.leader_before, verdict.leader_after) == ("postgres-1", "postgres-2")
    assert world.record == ["kill postgres-1: it leads the database",
                            "start postgres-1: heal kill-leader"]  # fmt: skip
    assert healed().healed_by == healing.BY_RUN
    assert verdict.facts.led
    assert verdict.timing.outage is not None
    assert 0.15 < verdict.timing.outage.seconds < 0.4


@pytest.mark.parametrize(("how", "published"), [("kill", True), ("pause", False)])
def test_what_others_measured_of_dying_leaders_must_be_told_of_no_other(
    how: str, published: bool, conduct: Conduct
) -> None:
    verdict = conduct(World(), KillLeader(how=how, for_=1.5))
    assert bool(verdict.timing.published) is published


def test_a_kill_without_a_failover_must_fail_and_say_what_was_expected(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdctl.chaos.phase_timing.predict", lambda *_: None)
    verdict = conduct(World(fails_over=False))
    assert verdict.judgement == "fail"
    assert verdict.why is not None
    assert "no failover in 1 s" in verdict.why
    assert verdict.to_json()["failover"] is False


def test_a_time_too_short_for_a_failover_must_be_told_so(conduct: Conduct) -> None:
    verdict = conduct(World(fails_over=False))
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert "s predicted: --for was too short" in verdict.why


def test_where_nobody_can_take_over_that_must_be_said(conduct: Conduct) -> None:
    world, steps = World(nodes=1), Told()
    verdict = conduct(world, KillLeader(for_=1.5), steps)
    assert verdict.facts.alone
    assert verdict.facts.led is None
    assert verdict.to_json()["alone"] is True
    said = "\n".join(steps.said)
    assert (
        "warning: nobody can take over from postgres-1. Until it is back, in 1.5 s or less, "
        "no write is taken" in said
    )
    assert "`sdctl up --set database.nodes=2`" in said
    assert "predicted: writes stopped for at least 1.35 s (nobody can take over" in said
    assert "it stays so for 1.5 s. There is no new leader to wait for." in said
    assert "waiting for a new leader" not in said
    assert any("nobody can take over from postgres-1, which is back in" in x for x in steps.seen)
    assert verdict.timing.band is None, "no setting predicts who leads next"
    assert (verdict.timing.remark, verdict.timing.published) == (None, ()), "there was no failover"
    assert verdict.next_step.startswith("Try `sdctl up --set database.nodes=2`")


def test_a_tier_that_is_hit_as_a_whole_must_not_be_told_to_have_more_nodes(
    conduct: Conduct,
) -> None:
    steps = Told()
    verdict = conduct(World(), KillNodes(where="database:all", for_=1.5), steps)
    assert verdict.facts.alone, "nobody was left to take over"
    assert not any(said.startswith("warning") for said in steps.said)
    assert "--set database.nodes" not in verdict.next_step


def test_what_a_fault_asked_for_must_be_told_beside_what_was_seen(conduct: Conduct) -> None:
    assert [str(effect) for effect in conduct(World()).facts.effects] == [
        "state of postgres-1: asked down, seen down"
    ]

    class Tells(World):
        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(frozen_s=1.2)

    verdict = conduct(Tells(), PauseNodes(where="postgres-1", for_=1.2))
    [effect] = verdict.to_json()["effects"]
    assert (effect["what"], effect["asked"], effect["seen"]) == ("postgres-1 frozen for", 1.2, 1.2)


def test_a_fault_whose_effect_is_not_seen_must_fail_and_be_healed_at_once(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_states, "STATE_S", 0.1)

    class NothingDies(World):
        def apply(self, op: Op) -> Output:
            return Output(0, "", "") if isinstance(op, Kill) else super().apply(op)

    began = time.monotonic()
    verdict = conduct(NothingDies(), KillLeader(for_=30.0))
    assert verdict.judgement == "fail"
    assert verdict.why is not None
    assert "state of postgres-1: asked down, seen running" in verdict.why
    assert healed().healed_by == healing.BY_RUN
    assert time.monotonic() - began < 15


def test_an_operation_that_is_refused_must_leave_nothing_broken(conduct: Conduct) -> None:
    class Refuses(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Kill):
                raise SdctlError("Docker said no")
            return super().apply(op)

    world = Refuses()
    with pytest.raises(SdctlError, match="said no"):
        conduct(world)
    assert healed().healed_by == healing.BY_RUN
    assert {instance.state for instance in world.nodes()} == {"running"}


def test_without_a_healer_nothing_must_be_broken(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise SdctlError("the healer did not start")

    monkeypatch.setattr(healer, "start_healer", none)
    world = World()
    with pytest.raises(SdctlError, match="did not start"):
        conduct(world)
    assert not any(isinstance(op, Kill) for op in world.ops)
    healed()


class Listener(SilentSteps):
    """Keeps what is so."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def now(self, text: str) -> None:
        self.told.append(text)


def test_a_pause_must_tell_what_is_so_and_end_on_time_all_the_same(conduct: Conduct) -> None:
    steps = Listener()
    verdict = conduct(World(), PauseNodes(where="postgres-1", for_=1.2), steps=steps)
    still = [text for text in steps.told if text.startswith("postgres-1 stands still for ")]
    assert len(still) >= 2
    assert "writes" in still[-1]
    assert verdict.facts.lasted_s == 1.2


class UntilItIsSeen(Ending):
    """An ending that no other fault has."""

    stops_writes = False

    def wait(self, fault: FaultOn) -> Seen:
        seen = fault.snapshot().nodes()["postgres-1"].state
        fault.say(f"it is {seen}")
        return Seen(unseen=f"it was {seen}")


@dataclass(frozen=True, kw_only=True)
class KillOnce(KillLeader):
    ending: ClassVar[Ending] = UntilItIsSeen()


def test_a_fault_with_an_ending_of_its_own_must_be_one_class(conduct: Conduct) -> None:
    began = time.monotonic()
    verdict = conduct(World(), KillOnce(for_=30.0))
    assert time.monotonic() - began < 10
    assert verdict.facts.unseen == "it was down"
    assert healed().healed_by == healing.BY_RUN


def test_a_node_that_is_not_well_afterwards_must_be_named(conduct: Conduct) -> None:
    world = World()

    def ill() -> None:
        world.ill["postgres-1"] = "it does not stream"

    world.during = ill
    verdict = conduct(world)
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert "not well when the run ended: postgres-1 (running, it does not stream)" in verdict.why
    assert verdict.to_json()["nodes"] == {
        "ill_before": {}, "ill_after": {"postgres-1": "running, it does not stream"},
    }  # fmt: skip


def test_a_follower_that_cannot_be_read_must_make_it_unknown(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unread(World):
        def holdings(self, *given: object) -> readback.Holdings:  # type: ignore[override]
            found = super().holdings(*given)  # type: ignore[arg-type]
            leader = tuple(copy for copy in found.copies if copy.leads)
            return readback.Holdings(copies=leader, unread={"postgres-1": "it is exited"})

    verdict = conduct(Unread())
    assert verdict.judgement == "unknown"
    assert verdict.why == "postgres-1 could not be read: it is exited"


def planned(
    world: World,
    components: Mapping[str, Component],
    told: list[str] | None = None,
    *,
    anyway: bool = False,
) -> object:
    tell = (told if told is not None else []).append
    preparation.await_wellness(world.look, tell, anyway=anyway)
    return preparation.planned(world, KillLeader(), world.look(), components)


def test_a_fault_on_an_ill_stack_must_be_refused_or_asked_for(
    conduct: Conduct, components: Mapping[str, Component]
) -> None:
    world = World()
    world.ill["postgres-2"] = "it does not stream"
    told: list[str] = []
    with pytest.raises(NotReady, match="not every node is well") as caught:
        planned(world, components, told)
    assert "waiting for postgres-2: running, it does not stream" in told
    assert caught.value.details == ("postgres-2: running, it does not stream",)
    assert "--anyway" in caught.value.hint
    assert planned(world, components, anyway=True)


def test_what_runs_the_stack_may_refuse_a_fault_whose_verdict_is_unknown(
    conduct: Conduct,
) -> None:
    class Refuses(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Kill):
                raise TargetRefused("Docker refused (postgres-1): unable to freeze", hint="Look.")
            return super().apply(op)

    with pytest.raises(VerdictUnknown, match="unable to freeze") as refused:
        conduct(Refuses())
    assert refused.value.hint.startswith("The fault did not begin, and what was begun of it is")
    assert healed().healed_at is not None
