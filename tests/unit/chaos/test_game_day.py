"""A game day on the engine's double: faults at their times, several at once, one verdict."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from days import FOLLOWER, LEADER, Play, all_healed, day, order, steady
from world import STACK, Conduct, Load, World

from sdctl.chaos import healing, rejudging
from sdctl.chaos.gameday import day_figures
from sdctl.chaos.gameday.claims import Claims
from sdctl.chaos.gameday.judged_again import judged_again
from sdctl.components.component import Component
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import NotReady, SdctlError
from sdctl.judge import runs
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Holdings
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.outage import Outage
from sdctl.judge.takeover import Takeover
from sdctl.load.assertions import parse
from sdctl.state.snapshot import Snapshot
from sdctl.targets.operations import Kill, Op, Unpause
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Output

OUTAGE = Outage(seconds=2.0, since=5.0, until=7.0, resolution=0.02)


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


def test_of_two_equal_faults_at_one_time_one_must_begin(played: Play) -> None:
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), (0.0, FOLLOWER)))
    assert len(all_healed()) == 1
    [why] = [part.why for part in verdict.parts if part.why]
    assert "which is the same" in why


def test_a_claim_must_stand_before_the_record_does(components: Mapping[str, Component]) -> None:
    claims, world = Claims(STACK), World(nodes=3)
    plan = FOLLOWER.plan(world.look(), components)
    other = PauseNodes(where="postgres-2")
    with claims.claimed(FOLLOWER, plan) as first:
        assert first == ""
        with claims.claimed(FOLLOWER, plan) as second:
            assert "begins at this moment" in second
        with claims.claimed(other, other.plan(world.look(), components)) as third:
            assert third == ""
    with claims.claimed(FOLLOWER, plan) as after:
        assert after == ""


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


def test_a_fault_that_cannot_begin_must_be_told_and_the_others_be_judged(played: Play) -> None:
    nobody = PauseNodes(where="postgres-3", for_=0.4)
    verdict = played(Patient(), day((0.0, FOLLOWER), (0.2, nobody), (0.3, LEADER)))
    assert verdict.judgement == "unknown"
    assert verdict.why is not None
    assert verdict.why.startswith("pause postgres-3 #2 at 200ms did not begin: ")
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


def test_a_fault_that_is_refused_must_be_told_and_the_others_be_judged(played: Play) -> None:
    world = Refuses(NotReady("1 worker did not take the order within 10 s"))
    verdict = played(world, day((0.0, FOLLOWER), (0.1, LEADER), (0.9, FOLLOWER)))
    assert (verdict.judgement, verdict.why) == (
        "unknown",
        "kill-leader at 100ms did not begin: 1 worker did not take the order within 10 s",
    )
    assert [part.verdict is not None for part in verdict.parts] == [True, False, True]
    assert len(all_healed()) == 3


def test_a_bug_in_one_must_end_and_heal_all(played: Play) -> None:
    world = Refuses(RuntimeError("no such thing"))
    long = replace(FOLLOWER, for_=60.0)
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="no such thing"):
        played(world, day((0.0, long), (0.2, LEADER), (50.0, FOLLOWER)))
    assert time.monotonic() - began < 5
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


def test_the_stop_of_a_day_must_be_one_by_a_fault_that_stops_writes(played: Play) -> None:
    verdict = played(World(nodes=3), day((0.0, LEADER)))
    [part] = verdict.parts
    assert part.verdict is not None
    longer = replace(OUTAGE, seconds=9.0)
    quiet = replace(part, stops_writes=False,
                    verdict=replace(part.verdict, timing=Timing(outage=longer)))  # fmt: skip
    both = replace(verdict, parts=(part, quiet)).to_json()
    assert both["rto_ms"] == verdict.to_json()["rto_ms"] is not None


def test_a_day_must_be_judged_again_as_a_day(played: Play) -> None:
    """`sdctl verdict` of its run: what the day had measured is as it was, the rest is anew."""
    asserted = tuple(parse(text, day_figures.DAY) for text in ("rto<100ms", "p99<1s"))
    looked_at = steady("p99<1s")
    verdict = played(
        World(nodes=3),
        day((0.0, FOLLOWER), (0.1, LEADER), seed=3, assertions=asserted, steady=looked_at),
    )
    told = verdict.to_json()
    by_id = {one.fault.id: one for one in verdict.verdicts if one.fault}
    again = judged_again(told, verdict.whole, lambda part: by_id[part["fault"]["id"]])
    assert again.to_json() == told


def test_a_day_whose_stores_are_gone_must_still_be_a_day(played: Play, own_state: Path) -> None:
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), (0.2, LEADER), seed=3))
    folder = runs.folder(STACK, "r1")
    folder.write("verdict", verdict.to_json())
    ledger = Ledger("r1", path=folder.ledger)
    for number in range(100):
        at = ledger.started_at + number / 100
        ledger.append(Write(f"r1-{number}", at, at, "acknowledged", "o"))
    ledger.close()
    again = rejudging.judge(RecordingTarget(), STACK, folder, pytest.fail, {})
    assert isinstance(again, DayVerdict)
    assert (again.day, again.seed, again.judgement) == ("d", 3, "unknown")
    assert [(part.kind, part.verdict is not None) for part in again.parts] == [
        ("pause", True), ("kill-leader", True),
    ]  # fmt: skip
    assert again.why is not None
    assert "the stack that it wrote to is not there any more" in again.why


def test_a_follower_that_was_behind_and_took_over_must_be_told(
    conduct: Conduct, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, look = World.holdings, World.look

    def without_the_last_before(self: World, *given: Any) -> Holdings:
        """Five writes that were acknowledged just before the leader was killed are gone."""
        found = whole(self, *given)
        before = [one.key for one in Load(self).writes() if one.done_at < self.gaps[0][0]]
        kept = {key: what for key, what in found.found.items() if key not in before[-5:]}
        return replace(found, copies=tuple(replace(copy, found=kept) for copy in found.copies))

    def lagging(self: World, *given: object, **more: object) -> Snapshot:
        seen = look(self, *given, **more)
        nodes = [
            replace(node, facts={"lag_bytes": 2048, "lag_seconds": 0.5})
            for node in seen.tiers["database"].nodes
        ]
        tier = replace(seen.tiers["database"], nodes=tuple(nodes))
        return replace(seen, tiers={**seen.tiers, "database": tier})

    monkeypatch.setattr(World, "holdings", without_the_last_before)
    monkeypatch.setattr(World, "look", lagging)
    verdict = conduct(World())
    taken = verdict.took_over
    assert taken is not None
    assert (taken.node, taken.lag_bytes, taken.lag_seconds) == ("postgres-2", 2048, 0.5)
    assert taken.lacked_s is not None
    assert 0 < taken.lacked_s < 1
    told = verdict.to_json()
    assert Takeover.of_json(told["took_over"]) is not None  # type: ignore[arg-type]


def test_a_steady_state_must_be_said_to_have_come_back_only_where_there_is_one(
    played: Play,
) -> None:
    passed = played(World(nodes=3), day((0.0, FOLLOWER))).passed
    assert passed is not None
    assert "steady" not in passed


def test_an_interruption_before_any_fault_began_must_be_one_of_the_day(played: Play) -> None:
    def control_c() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    timer = threading.Timer(0.3, control_c)
    timer.start()
    verdict = played(World(nodes=3), day((40.0, FOLLOWER)))
    timer.join()
    assert verdict.whole.facts.interrupted
    assert verdict.judgement == "unknown"
    assert [part.why for part in verdict.parts] == ["the run ended before"]
