"""A game day on the engine's double: faults at their times, several at once, one verdict."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from days import FOLLOWER, LEADER, Play, all_healed, day, order
from world import World

from sdctl.chaos import healing, preparation
from sdctl.chaos.experiment import Experiment, SilentSteps
from sdctl.chaos.gameday import play, played_part
from sdctl.chaos.gameday.game_day import Part
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.faults.promises import LOST
from sdctl.foundation import signals, waiting
from sdctl.foundation.errors import NotReady, SdctlError
from sdctl.state.snapshot import Snapshot
from sdctl.targets.operations import Kill, Op, Pause, Unpause
from sdctl.targets.target import Output


class Patient(World):
    """Its leader is killed when another node is paused, and that goes on until then, however late a
    busy machine makes either."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(nodes=3)
        self._paused, self._killed = threading.Event(), threading.Event()
        play_part = play.play_part

        def in_turn(experiment: Experiment, part: Part, *more: Any) -> Any:
            if isinstance(part.fault, KillLeader):
                self._paused.wait(20)
            return play_part(experiment, part, *more)

        monkeypatch.setattr(play, "play_part", in_turn)

    def apply(self, op: Op) -> Output:
        if isinstance(op, Unpause):
            self._killed.wait(20)
        done = super().apply(op)
        if isinstance(op, Pause):
            self._paused.set()
        if isinstance(op, Kill):
            self._killed.set()
        return done


def test_faults_must_begin_at_their_times_and_overlap(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Patient(monkeypatch)
    began = datetime.now(UTC)
    verdict = played(world, day((0.0, FOLLOWER), (0.2, LEADER)))
    assert (verdict.judgement, verdict.why) == ("pass", None)
    assert order(world)[:2] == ["pause postgres-3", "kill postgres-1"]
    assert sorted(order(world)[2:])[:1] == ["start postgres-1"]
    first, second = all_healed()
    assert first.injected_at is not None
    assert second.injected_at is not None
    assert first.healed_at is not None
    assert first.injected_at < second.injected_at < first.healed_at, "both were on"
    assert datetime.fromisoformat(second.injected_at) - began >= timedelta(seconds=0.199)
    assert {first.run, second.run} == {"r1"}
    assert [one.fault.kind for one in verdict.verdicts if one.fault] == ["pause", "kill-leader"]
    beside = [one.timing.meanwhile for one in verdict.verdicts]
    assert beside == [f"{second.id} kill-leader", f"{first.id} pause"]
    lost = [one for each in verdict.verdicts for one in each.expected if one.what == LOST]
    assert [(one.high, one.holds) for one in lost] == [(0, True), (0, True)], "each promises none"


class Together(World):
    """It pauses nobody before both faults of a day have looked whom they hit."""

    def __init__(self) -> None:
        super().__init__(nodes=3)
        self._looked: set[int] = set()
        self._both = threading.Event()

    def look(self, *given: object, **more: object) -> Snapshot:
        seen = super().look(*given, **more)
        if threading.current_thread() is not threading.main_thread():
            self._looked.add(threading.get_ident())
        if len(self._looked) == 2:
            self._both.set()
        return seen

    def apply(self, op: Op) -> Output:
        if isinstance(op, Pause):
            assert self._both.wait(20)
        return super().apply(op)


def test_of_two_equal_faults_at_one_time_one_must_begin(played: Play) -> None:
    verdict = played(Together(), day((0.0, FOLLOWER), (0.0, FOLLOWER)))
    assert len(all_healed()) == 1
    [why] = [part.why for part in verdict.parts if part.why]
    assert "which is the same" in why
    assert verdict.judgement == "unknown"
    assert "begin later in the file" in verdict.advice


def test_one_that_is_the_same_must_wait_until_the_first_is_healed(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "WELL_S", 20.0)
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), (0.3, FOLLOWER)))
    assert [part.why for part in verdict.parts] == ["", ""]
    first, second = sorted(all_healed(), key=lambda record: record.began)
    assert first.healed_at is not None
    assert first.healed_at <= second.began


def test_a_fault_that_cannot_begin_must_be_told_and_the_others_be_judged(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = PauseNodes(where="postgres-3", for_=0.4)
    verdict = played(Patient(monkeypatch), day((0.0, FOLLOWER), (0.2, nobody), (0.3, LEADER)))
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert verdict.why.startswith("pause postgres-3 #2 at 200 ms did not begin: ")
    assert [part.verdict is not None for part in verdict.parts] == [True, False, True]
    assert verdict.to_json()["faults"][1]["began"] is False
    all_healed()


class Refuses(World):
    """It kills nobody."""

    def __init__(self, error: Exception) -> None:
        super().__init__(nodes=3)
        self._error = error

    def apply(self, op: Op) -> Output:
        if isinstance(op, Kill):
            raise self._error
        return super().apply(op)


def test_a_fault_that_is_refused_must_be_told_and_the_others_be_judged(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "WELL_S", 20.0)  # the third waits for the end of the first
    world = Refuses(NotReady("1 worker did not take the order within 10 s"))
    short = replace(FOLLOWER, for_=0.3)
    verdict = played(world, day((0.0, short), (0.1, LEADER), (0.9, short)))
    assert (verdict.judgement, verdict.why) == (
        "unknown",
        "kill-leader at 100 ms did not begin: 1 worker did not take the order within 10 s",
    )
    assert [part.verdict is not None for part in verdict.parts] == [True, False, True]
    assert len(all_healed()) == 3


def test_a_bug_in_one_must_end_and_heal_all(played: Play) -> None:
    world = Refuses(RuntimeError("no such thing"))
    long = replace(FOLLOWER, for_=60.0)
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no such thing"):
        played(world, day((0.0, long), (0.2, LEADER), (50.0, FOLLOWER)))
    assert time.monotonic() - began < 30
    assert len(all_healed()) == 2
    assert {node.state for node in world.nodes()} == {"running"}


def test_one_that_cannot_be_healed_must_end_the_day_and_be_told(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Frozen(World):
        def apply(self, op: Op) -> Output:
            return Output(0, "", "") if isinstance(op, Unpause) else super().apply(op)

    monkeypatch.setattr(healing, "PROOF_S", 0.1)
    with pytest.raises(SdctlError, match="pause is not healed: postgres-3 is frozen"):
        played(Frozen(nodes=3), day((0.0, FOLLOWER), (50.0, LEADER)))


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


def test_an_interruption_before_any_fault_began_must_be_one_of_the_day(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = threading.main_thread().ident or 0
    timer = threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT))

    ended = waiting.ended

    def waits(futures: Sequence[Future[Any]]) -> None:
        timer.start()
        ended(futures)

    monkeypatch.setattr(waiting, "ended", waits)
    verdict = played(World(nodes=3), day((40.0, FOLLOWER)))
    timer.join()
    assert verdict.whole.facts.interrupted
    assert verdict.judgement == "unknown"
    assert [part.why for part in verdict.parts] == ["the run ended before"]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signals as a command hears them."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    signals.listen(lambda number: None)
    signals.begin()
    yield
    signals.listen(lambda number: None)  # what this test has sent is no later test's
    signals.begin()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_interruption_while_the_faults_are_set_out_must_not_wait_for_them(
    played: Play, monkeypatch: pytest.MonkeyPatch, heard: None
) -> None:
    class Pool(ThreadPoolExecutor):
        def submit(self, *what: Any) -> Future[Any]:  # type: ignore[override]
            future = super().submit(*what)
            signal.raise_signal(signal.SIGINT)
            return future

    monkeypatch.setattr("sdctl.chaos.gameday.play.ThreadPoolExecutor", Pool)
    began = time.monotonic()
    verdict = played(World(nodes=3), day((40.0, FOLLOWER)))
    assert verdict.whole.facts.interrupted
    assert time.monotonic() - began < 20


def test_a_step_that_begins_with_its_faults_name_must_not_say_it_twice() -> None:
    said = list[str]()

    class Heard(SilentSteps):
        def say(self, text: str) -> None:
            said.append(text)

    steps = played_part._Named(Heard(), "pause app-1")
    steps.say("pause app-1: it was named, for 4 s")
    steps.say("predicted: writes lost 0")
    assert said == ["pause app-1: it was named, for 4 s", "pause app-1: predicted: writes lost 0"]
