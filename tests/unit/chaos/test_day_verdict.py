"""What a game day's verdict says, and one that is judged again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from days import FOLLOWER, LEADER, Play, day, steady
from world import STACK, World

from sdctl.chaos import rejudging
from sdctl.chaos.gameday import day_figures
from sdctl.chaos.gameday.game_day import SteadyState
from sdctl.chaos.gameday.judged_again import judged_again
from sdctl.faults.pause import PauseNodes
from sdctl.judge import runs
from sdctl.judge.attribution import Span
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.fault_timing import Timing
from sdctl.judge.holdings import Holdings
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.outage import Outage
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.judge.write_times import WriteTimes
from sdctl.load.assertions import parse
from sdctl.targets.recording import RecordingTarget

OUTAGE = Outage(seconds=2.0, since=5.0, until=7.0, resolution=0.02)


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


@pytest.mark.parametrize(("second", "ms"), [(OUTAGE, 2000), (None, None)], ids=["back", "away"])
def test_while_one_stop_is_not_known_the_longest_must_not_be(
    played: Play, second: Outage | None, ms: int | None
) -> None:
    verdict = played(World(nodes=3), day((0.0, LEADER)))
    (part,) = verdict.parts
    assert part.verdict is not None
    stops = (replace(OUTAGE, seconds=1.0), second)
    parts = [
        replace(part, verdict=replace(part.verdict, timing=Timing(outage=stop))) for stop in stops
    ]
    assert replace(verdict, parts=tuple(parts)).to_json()["rto_ms"] == ms


@pytest.mark.parametrize("limit", ["lost=0", "rto<1ms"], ids=["pass", "fail"])
def test_the_next_step_of_the_json_must_be_that_of_the_card(played: Play, limit: str) -> None:
    asserted = (parse(limit, day_figures.DAY),)
    verdict = played(World(nodes=3), day((0.0, LEADER), assertions=asserted))
    assert verdict.advice
    assert verdict.to_json()["next_step"] == verdict.advice


def test_what_was_asserted_and_not_measured_must_be_unknown(played: Play) -> None:
    asserted = (parse("p99<1s", day_figures.DAY),)
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), assertions=asserted))
    assert (verdict.judgement, verdict.why) == ("unknown", "not measured: p99<1s")


def test_while_times_do_not_count_one_about_times_must_be_neither_true_nor_false(
    played: Play,
) -> None:
    asserted = tuple(parse(text, day_figures.DAY) for text in ("rto<1ms", "rto<9s", "lost=0"))
    verdict = played(World(nodes=3), day((0.0, LEADER), assertions=asserted))
    full = LoadFacts(sent=9, ok=9, failed=0, unknown=0, limit="machine", because="it was full")
    told = replace(verdict, whole=replace(verdict.whole, load=full))
    assert [held.ok for held in told.asserted] == [None, None, True]
    assert told.judgement == "unknown"
    assert str(told.why).count("not judged, as times do not count: rto<1ms, rto<9s") == 1
    assert [one["ok"] for one in told.to_json()["assertions"]] == [None, None, True]


@pytest.mark.parametrize("looked_at", [SteadyState(), steady("ok<1")], ids=["began", "did not"])
def test_lost_writes_must_be_told_once_and_not_by_each_fault(
    played: Play, monkeypatch: pytest.MonkeyPatch, looked_at: SteadyState
) -> None:
    """Also where no fault began, as there was no steady state."""
    world, whole = World(nodes=3), World.holdings

    def without_one(self: World, *given: Any) -> Holdings:
        found = whole(self, *given)
        lost = dict(list(found.found.items())[1:])
        return replace(found, copies=tuple(replace(copy, found=lost) for copy in found.copies))

    monkeypatch.setattr(World, "holdings", without_one)
    verdict = played(world, day((0.0, FOLLOWER), (0.1, LEADER), steady=looked_at))
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
    own = replace(part.verdict, stops_writes=False, timing=Timing(outage=longer))
    quiet = replace(part, verdict=own)
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


def test_writes_while_another_fault_was_on_must_be_nothing_to_compare_with(
    played: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Span, list[Span]]] = []
    real = WriteTimes.around

    def around(writes: Sequence[Write], *on: Span, others: Sequence[Span]) -> WriteTimes | None:
        asked.append((*on, [*others]))
        return real(writes, *on, others=others)

    monkeypatch.setattr(WriteTimes, "around", around)
    played(World(nodes=3), day((0.0, FOLLOWER), (0.1, LEADER)))
    (first, beside_first), (second, beside_second) = asked
    assert (beside_first, beside_second) == ([second], [first])


def test_what_was_not_seen_of_one_fault_must_not_be_forgotten(played: Play) -> None:
    verdict = played(World(nodes=3), day((0.0, FOLLOWER), (0.1, LEADER)))
    first = verdict.parts[0]
    assert first.verdict is not None
    facts = replace(first.verdict.facts, unseen="the observer was away", led_after_s=1.5)
    blind = replace(first, verdict=replace(first.verdict, facts=facts))
    told = replace(verdict, parts=(blind, *verdict.parts[1:])).to_json()

    def again(part: Mapping[str, Any]) -> Verdict:
        """As `sdctl verdict` has it, of what was written down."""
        known = RunFacts.of_json({**told, **part}, 1.0)
        return replace(verdict.whole, fault=verdict.verdicts[0].fault, facts=known)

    parts = judged_again(told, verdict.whole, again).verdicts
    assert [one.facts.unseen for one in parts] == ["the observer was away", None]
    assert parts[0].facts.led_after_s == 1.5


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


def test_a_steady_state_must_be_said_to_have_come_back_only_where_there_is_one(
    played: Play,
) -> None:
    passed = played(World(nodes=3), day((0.0, FOLLOWER))).passed
    assert passed is not None
    assert "steady" not in passed
