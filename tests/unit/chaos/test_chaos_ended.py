"""A fault whose run is ended in the middle, at each stage: healed, and judged by what there is."""

from __future__ import annotations

import re
import threading
import time

import pytest
from world import STACK, Conduct, Load, World, healed

from sdctl.chaos import healer, healing, record_times, run
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import SdctlError, TargetUnavailable
from sdctl.judge.write_times import WriteTimes
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec, Kill, Op, Pause, Start, Unpause
from sdctl.targets.target import Output


class ControlC:
    """Ends the run as these steps begin, each once."""

    def __init__(self, *at: str) -> None:
        self.left = list(at)
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)
        if self.left and text.startswith(self.left[0]):
            self.left.pop(0)
            raise KeyboardInterrupt

    def now(self, text: str) -> None:
        """Nothing."""


def whole(world: World) -> bool:
    return all(node.state == "running" for node in world.nodes())


def test_the_steps_must_be_told_in_this_order(conduct: Conduct) -> None:
    steps = ControlC()
    conduct(World(), steps=steps)
    assert [text.split(":")[0] for text in steps.said] == [
        "baseline", "predicted", "predicted", "kill postgres-1",
        "waiting for a new leader and steady writes",
        "healed; waiting until every node is well again", "settling",
    ]  # fmt: skip
    band = re.compile(r"predicted: writes stopped for [\d.]+ to [\d.]+ s \(at ")
    assert band.match(steps.said[1]), "before the fault, as every other prediction"


def test_a_baseline_that_is_not_steady_or_not_well_must_be_said(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BASELINE_TIMEOUT_S", 0.0)
    world, steps = World(), ControlC()
    world.began = time.monotonic()
    world.ill = {"postgres-2": "it lags"}
    conduct(world, steps=steps)
    assert re.match(r"only \d+ of 100 writes were acknowledged in 0 s: ", steps.said[1])
    assert steps.said[2] == "not every node is well: postgres-2: running, it lags"


def test_a_clock_that_is_set_meanwhile_must_move_no_moment_of_the_run(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some machines set it by a jump, and a run may last minutes."""

    class Sets(ControlC):
        def say(self, text: str) -> None:
            super().say(text)
            if text.startswith("healed"):
                later = time.time() + 3600
                monkeypatch.setattr(time, "time", lambda: later)

    verdict = conduct(World(), steps=Sets())
    assert verdict.timing.outage is not None
    assert verdict.timing.outage.seconds == pytest.approx(0.2, abs=0.15)
    assert verdict.facts.lasted_s is not None
    assert 0 < verdict.facts.lasted_s <= 1.0


def test_a_run_that_is_judged_again_must_have_the_same_writes_before_and_during_the_fault(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes 0.3 s to keep when the fault began. That moment is the one that counts."""
    keep = fault_records.injecting

    def kept_slowly(stack: Stack, record: Record) -> Record:
        kept = keep(stack, record)
        threading.Event().wait(0.3)
        return kept

    monkeypatch.setattr(fault_records, "injecting", kept_slowly)
    world = World()
    first, record = conduct(world).write_times, healed()
    span = record_times.injected_at(record), record_times.monotonic(str(record.healed_at))
    again = WriteTimes.around(Load(world).writes(), span)
    assert first is not None
    assert again is not None
    assert first.before.count == pytest.approx(again.before.count, abs=1)
    assert first.during.count == pytest.approx(again.during.count, abs=1)


def test_before_it_is_written_down_nothing_must_be_left(conduct: Conduct) -> None:
    world = World()
    with pytest.raises(KeyboardInterrupt):
        conduct(world, steps=ControlC("baseline"))
    assert world.ops == []
    assert fault_records.all_records(STACK) == []


@pytest.mark.parametrize(
    ("at", "operations"),
    [
        ("kill", [Start]),  # it may have been given: healed to be sure
        ("waiting for", [Kill, Start]),
        ("healed", [Kill, Start]),
        ("settling", [Kill, Start]),
    ],
)
def test_once_written_down_it_must_be_healed_and_judged(
    conduct: Conduct, at: str, operations: list[type[Op]]
) -> None:
    world, steps = World(), ControlC(at)
    verdict = conduct(world, KillLeader(for_=60.0), steps)
    assert steps.left == []
    assert [type(op) for op in world.ops] == operations
    assert whole(world)
    assert verdict.facts.interrupted
    assert verdict.judgement == "unknown"
    assert verdict.audit is not None
    assert healed().healed_by == healing.BY_RUN


@pytest.mark.parametrize("second", ["healed", "settling"])
def test_a_second_one_must_end_the_judging_but_not_the_healing(
    conduct: Conduct, second: str
) -> None:
    world = World(fails_over=False)
    with pytest.raises(KeyboardInterrupt):
        conduct(world, KillLeader(for_=60.0), ControlC("waiting for", second))
    assert whole(world)
    healed()


def test_while_the_healer_starts_it_must_break_nothing(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    def control_c(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(healer, "start_healer", control_c)
    world = World()
    verdict = conduct(world)
    assert verdict.facts.interrupted
    assert verdict.why == "the run was interrupted before the fault began"
    assert not any(isinstance(op, Kill) for op in world.ops)
    assert healed().injected_at is None


def test_of_a_tier_whose_second_node_is_refused_the_first_must_be_let_go_on(
    conduct: Conduct,
) -> None:
    class Refuses(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Pause) and op.node == "postgres-2":
                raise SdctlError("Docker said no")
            return super().apply(op)

    world = Refuses()
    with pytest.raises(SdctlError, match="said no"):
        conduct(world, PauseNodes(where="database", for_=1.0))
    assert Unpause in [type(op) for op in world.ops if op.node == "postgres-1"]
    assert whole(world)
    healed()


@pytest.mark.parametrize(("code", "fails"), [(137, False), (0, False), (1, True)])
def test_a_command_that_fails_must_end_it_but_not_one_that_died_with_what_it_killed(
    conduct: Conduct, code: int, fails: bool
) -> None:
    class Crashes(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Exec) and op.cause.startswith("it leads"):
                super().apply(Kill(node=op.node, cause="its server"))
                return Output(code, "", "no such process")
            return super().apply(op)

    world = Crashes()
    if fails:
        with pytest.raises(SdctlError, match="no such process"):
            conduct(world, KillLeader(how="crash", for_=1.0))
    else:
        assert conduct(world, KillLeader(how="crash", for_=1.0)).judgement == "pass"
    assert whole(world)
    healed()


def test_what_does_not_heal_must_be_an_error_and_stay_on_the_list(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stuck(World):
        def apply(self, op: Op) -> Output:
            return Output(0, "", "") if isinstance(op, Start) else super().apply(op)

    monkeypatch.setattr(healing, "PROOF_S", 0.1)
    with pytest.raises(SdctlError, match="is not healed: postgres-1 is down") as caught:
        conduct(Stuck())
    [record] = fault_records.active(STACK)
    assert f"sdctl chaos heal {record.id}" in caught.value.hint


def test_a_fault_that_is_left_on_as_the_engine_goes_must_be_told(conduct: Conduct) -> None:
    class Gone(World):
        gone = False

        def apply(self, op: Op) -> Output:
            if self.gone:
                raise TargetUnavailable("Docker does not answer")
            self.gone = isinstance(op, Pause)
            return super().apply(op)

    with pytest.raises(TargetUnavailable) as caught:
        conduct(Gone(), PauseNodes(where="postgres-2", for_=0.2))
    [record] = fault_records.active(STACK)
    assert caught.value.message == f"{record.id} is not healed: Docker does not answer"
    assert "It is still on" in caught.value.details[-1]
    assert f"`sdctl chaos heal {record.id}`" in caught.value.details[-1]


def test_an_observer_that_is_away_for_a_moment_must_not_spoil_the_verdict(
    conduct: Conduct,
) -> None:
    world = World()
    looks = []

    def moment() -> None:
        looks.append(1)
        world.away = "no observer is running" if len(looks) == 2 else None

    world.during = moment
    assert conduct(world, KillLeader(for_=5.0)).judgement == "pass"
    assert len(looks) > 2


def test_an_observer_that_was_away_from_the_start_must_make_it_unknown(conduct: Conduct) -> None:
    world = World()
    fault = KillLeader(for_=0.5)
    world.during = lambda: setattr(world, "away", "no observer is running")
    verdict = conduct(world, fault)
    assert verdict.judgement == "unknown"
    assert verdict.facts.unseen == "no observer is running"
    assert whole(world)
