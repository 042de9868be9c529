"""A game day on the engine's double: faults at their times, several at once, one verdict."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from world import STACK, Load, World

from sdctl.chaos import healing, readback
from sdctl.chaos.experiment import Experiment, SilentSteps, Steps
from sdctl.chaos.gameday import day_figures
from sdctl.chaos.gameday import steady as steady_state
from sdctl.chaos.gameday.game_day import GameDay, Part, SteadyState
from sdctl.chaos.gameday.play import play
from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults.fault import Fault, all_faults
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import SdctlError
from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.holdings import Holdings
from sdctl.judge.ledger import Write
from sdctl.load.assertions import parse
from sdctl.state import fault_records, observation
from sdctl.state.stack import Stack
from sdctl.targets.operations import Helped, Kill, Op, Pause, Start, Unpause
from sdctl.targets.target import Output

Play = Callable[..., DayVerdict]
FOLLOWER = PauseNodes(where="postgres-3", for_=0.6)
LEADER = KillLeader(for_=1.0)


class Ticking(Load):
    """It tells of its requests, too: none of them fails."""

    def reads(self) -> list[dict[str, Any]]:
        began, now = self._world.began, time.monotonic()
        offset = time.time() - now
        return [
            {"at": began + at / 10 + offset, "at_s": at / 10, "ok": at * 10, "failed": 0,
             "unknown": 0}
            for at in range(int((now - began) * 10) + 1)
        ]  # fmt: skip


def day(*parts: tuple[float, Fault], **more: Any) -> GameDay:
    return GameDay(
        name="d", parts=tuple(Part(at_s=at_s, fault=fault) for at_s, fault in parts), **more
    )


@pytest.fixture
def played(
    monkeypatch: pytest.MonkeyPatch, hurried: None, components: Mapping[str, Component]
) -> Play:
    """A day on a world of three nodes."""
    monkeypatch.setattr(steady_state, "PATIENCE_S", 0.1)

    def run(world: World, day: GameDay, steps: Steps | None = None) -> DayVerdict:
        monkeypatch.setattr(observation, "snapshot", world.look)
        monkeypatch.setattr(readback, "holdings", world.holdings)
        experiment = Experiment(
            engine=world, stack=STACK, profile=validation.load("lite"),
            components=components, fault=day.parts[0].fault, steps=steps or SilentSteps(),
        )  # fmt: skip
        return play(experiment, day, Ticking(world))

    return run


def order(world: World) -> list[str]:
    return [f"{op.verb} {op.node}" for op in world.ops if isinstance(op, Kill | Pause | Start
                                                                     | Unpause)]  # fmt: skip


def all_healed() -> list[fault_records.Record]:
    records = fault_records.all_records(STACK)
    assert all(record.healed_at for record in records)
    return records


class Patient(World):
    """It heals nothing before its leader is killed, however late a busy machine makes that."""

    def __init__(self) -> None:
        super().__init__(nodes=3)
        self._killed = threading.Event()

    def apply(self, op: Op) -> Output:
        if isinstance(op, Unpause):
            self._killed.wait(20)
        done = super().apply(op)
        if isinstance(op, Kill):
            self._killed.set()
        return done


def test_faults_must_begin_at_their_times_and_overlap(played: Play) -> None:
    world = Patient()
    verdict = played(world, day((0.0, FOLLOWER), (0.2, LEADER)))
    assert (verdict.judgement, verdict.why) == ("pass", None)
    assert order(world)[:2] == ["pause postgres-3", "kill postgres-1"]
    assert sorted(order(world)[2:])[:1] == ["start postgres-1"]
    first, second = all_healed()
    assert first.injected_at is not None
    assert second.injected_at is not None
    assert first.healed_at is not None
    assert first.injected_at < second.injected_at < first.healed_at, "both were on"
    assert {first.run, second.run} == {"r1"}
    assert [one.fault.kind for one in verdict.verdicts if one.fault] == ["pause", "kill-leader"]


def test_the_json_must_be_that_of_a_verdict_and_the_days_own(played: Play) -> None:
    verdict = played(
        World(nodes=3),
        day((0.0, FOLLOWER), (0.1, LEADER), seed=3, assertions=(parse("lost=0", day_figures.DAY),)),
    )
    told = verdict.to_json()
    assert (told["day"], told["seed"], told["fault"], told["verdict"]) == ("d", 3, None, "pass")
    assert told["writes"]["lost"] == []
    assert [fault["fault"]["target"] for fault in told["faults"]] == ["postgres-3", "postgres-1"]
    assert told["faults"][1]["leader_after"] == "postgres-2"
    assert 150 < told["rto_ms"] < 400
    assert told["assertions"] == [{"expr": "lost=0", "ok": True, "value": 0}]


def test_what_was_asserted_and_is_not_so_must_fail_and_say_the_figure(played: Play) -> None:
    asserted = tuple(parse(text, day_figures.DAY) for text in ("rto<100ms", "lost=0", "p99<1s"))
    verdict = played(World(nodes=3), day((0.0, LEADER), assertions=asserted))
    assert verdict.judgement == "fail"
    assert verdict.why is not None
    assert verdict.why.startswith("not so: rto<100ms (was ")
    assert [held.ok for held in verdict.assertions] == [False, True, None]


def test_what_was_asserted_and_not_measured_must_be_unknown(played: Play) -> None:
    asserted = (parse("p99<1s", day_figures.DAY),)
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), assertions=asserted))
    assert (verdict.judgement, verdict.why) == ("unknown", "not measured: p99<1s")


def steady(*texts: str) -> SteadyState:
    return SteadyState(for_s=0.5, assertions=tuple(parse(t, day_figures.STEADY) for t in texts))


def test_a_steady_state_must_be_looked_at_before_and_after(played: Play) -> None:
    verdict = played(
        World(nodes=3), day((0.0, FOLLOWER), steady=steady("failed=0", "p99<1s", "achieved>50"))
    )
    assert verdict.judgement == "pass"
    assert verdict.after is not None
    assert [held.ok for held in (*verdict.before.held, *verdict.after.held)] == [True] * 6


def test_without_a_steady_state_nothing_must_be_broken(played: Play) -> None:
    world = World(nodes=3)
    verdict = played(world, day((0.0, LEADER), steady=steady("ok<1")))
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert verdict.why.startswith("there was no steady state, so nothing was broken: ok<1")
    assert order(world) == []
    assert fault_records.all_records(STACK) == []


def test_a_steady_state_that_does_not_come_back_must_fail(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    monkeypatch.setattr(
        "sdctl.chaos.gameday.steady.of_window", lambda *_: {"failed": float(next(looks))}
    )
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), steady=steady("failed=0")))
    assert verdict.judgement == "fail"
    assert verdict.why == "the steady state did not come back: failed=0 (was 1)"


def test_a_fault_that_cannot_begin_must_be_told_and_the_others_be_judged(played: Play) -> None:
    nobody = PauseNodes(where="postgres-3", for_=0.4)
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), (0.2, nobody), (0.3, LEADER)))
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert verdict.why.startswith("pause at 200ms did not begin: ")
    assert [part.verdict is not None for part in verdict.parts] == [True, False, True]
    assert verdict.to_json()["faults"][1]["began"] is False
    all_healed()


def test_an_error_in_one_must_end_and_heal_all(played: Play) -> None:
    class Refuses(World):
        def apply(self, op: Op) -> Output:
            if isinstance(op, Kill):
                raise SdctlError("Docker said no")
            return super().apply(op)

    world = Refuses(nodes=3)
    long = replace(FOLLOWER, for_=60.0)
    began = time.monotonic()
    with pytest.raises(SdctlError, match="said no"):
        played(world, day((0.0, long), (0.2, LEADER), (50.0, FOLLOWER)))
    assert time.monotonic() - began < 5
    assert len(all_healed()) == 2
    assert {node.state for node in world.nodes()} == {"running"}


def test_an_interruption_must_heal_all_at_once_and_judge(played: Play) -> None:
    world = World(nodes=3, fails_over=False)

    def control_c() -> None:
        world.during = lambda: None
        # as a terminal does: it also wakes a thread that waits
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    world.during = control_c
    long = replace(FOLLOWER, for_=60.0)
    verdict = played(world, day((0.0, long), (0.1, KillLeader(for_=60.0)), (50.0, FOLLOWER)))
    assert verdict.whole.facts.interrupted
    assert verdict.judgement == "unknown"
    assert len(all_healed()) == 2
    assert {node.state for node in world.nodes()} == {"running"}


def test_lost_writes_must_be_told_once_and_not_by_each_fault(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, whole = World(nodes=3), World.holdings

    def without_one(self: World, *given: Any) -> Holdings:
        found = whole(self, *given)
        lost = dict(list(found.found.items())[1:])
        return replace(found, copies=tuple(replace(copy, found=lost) for copy in found.copies))

    monkeypatch.setattr(World, "holdings", without_one)
    verdict = played(world, day((0.0, FOLLOWER), (0.1, LEADER)))
    assert (verdict.judgement, verdict.why) == ("fail", "1 write is acknowledged and gone")


def test_an_outage_must_belong_to_the_fault_before_which_it_ended(played: Play) -> None:
    world = World(nodes=3)
    verdict = played(world, day((0.0, PauseNodes(where="postgres-3", for_=0.2)), (0.8, LEADER)))
    quiet, stopped = (one.timing.outage for one in verdict.verdicts)
    assert quiet is not None
    assert quiet.seconds < 0.1
    assert stopped is not None
    assert stopped.seconds > 0.15


@pytest.mark.slow("all pairs of all kinds of faults, each with its record on the disk")
def test_two_faults_must_heal_in_any_order(
    monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]
) -> None:
    """All permutations of two kinds, as they stand by default: either one begins, and is healed,
    first. A kind that cannot hit this small stack is left out."""
    tried = set[str]()
    for number, kinds in enumerate(itertools.permutations(sorted(all_faults()), 2)):
        if _both_healed(monkeypatch, components, kinds, Stack(f"pair-{number}")):
            tried.update(kinds)
    assert tried >= {"pause", "kill-leader", "fail-messages", "kill", "stop"}


class NobodyHelps(World):
    """Where no helper of a fault is left once it has been told to end."""

    def apply(self, op: Op) -> Output:
        return Output(1, "", "") if isinstance(op, Helped) else super().apply(op)


def _both_healed(
    monkeypatch: pytest.MonkeyPatch,
    components: Mapping[str, Component],
    kinds: tuple[str, ...],
    stack: Stack,
) -> bool:
    world = NobodyHelps(nodes=3, beside=("worker",))
    monkeypatch.setattr(observation, "snapshot", world.look)
    before = {node.node: node.state for node in world.nodes()}
    plans = []
    for kind in kinds:
        fault = SMALL.get(kind) or all_faults()[kind]()
        try:
            plans.append((fault, fault.plan(world.look(), components)))
        except (SdctlError, LookupError):
            return False
        for operation in plans[-1][1].inject:
            world.apply(operation)
    records = [
        fault_records.open_record(
            stack, kind=fault.kind, params=fault.params(), how=plan.how, tier=plan.tier,
            target=plan.target, for_s=60,
        )
        for fault, plan in plans
    ]  # fmt: skip
    for record in records:
        healing.heal(world, stack, record)
    assert {node.node: node.state for node in world.nodes()} == before, kinds
    assert fault_records.active(stack) == []
    return True


SMALL: Mapping[str, Fault] = {"pause": PauseNodes(where="database:follower")}


def test_variants_must_be_side_by_side_with_the_worst_as_their_verdict(played: Play) -> None:
    quick = played(World(nodes=3), day((0.0, FOLLOWER), steady=steady("p99<1s")))
    missed = played(World(nodes=3), day((0.0, FOLLOWER), steady=steady("ok<1")))
    both = DayComparison(day="d", seed=0, verdicts=(("a.b=x", quick), ("a.b=y", missed)))
    assert both.judgement == "unknown"
    assert both.why is not None
    assert both.why.startswith("y: there was no steady state")
    rows = dict(both.rows())
    assert rows["verdict"] == ["pass", "unknown"]
    assert rows["  of them lost"] == [0, 0]
    assert rows["writes/s: pause"] == [pytest.approx(100, abs=20), None]
    assert rows["p99 ms, steady"][0] is not None
    told = both.to_json()
    assert [one["setting"] for one in told["variants"]] == ["a.b=x", "a.b=y"]


def test_a_window_must_count_only_what_is_in_it() -> None:
    writes = [Write(f"r-{n}", n, n + 0.01 * n, "acknowledged", "o") for n in range(10)]
    ticks = [{"at_s": s, "ok": 100 * s, "failed": s, "unknown": 0} for s in (2.0, 3.0, 4.0)]
    found = day_figures.of_window(writes, ticks, 2.0, 5.0)
    assert found["max"] == pytest.approx(40)
    assert (found["ok"], found["failed"], found["achieved"]) == (200, 2, 101)
    assert found["error_rate"] == pytest.approx(2 / 202)
    assert day_figures.of_window([], ticks[:1], 2.0, 5.0)["failed"] is None
