"""The steady state of a game day: what is looked at before it and after, and in which window."""

from __future__ import annotations

import itertools

import pytest
from days import FOLLOWER, LEADER, Play, day, order, steady
from world import STACK, World

from sdctl.chaos.gameday import day_figures
from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.ledger import Write
from sdctl.state import fault_records


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


@pytest.mark.slow("two plays, each with a steady state before and after")
def test_variants_must_be_side_by_side_with_the_worst_as_their_verdict(played: Play) -> None:
    quick = played(World(nodes=3), day((0.0, FOLLOWER), steady=steady("p99<1s")))
    missed = played(World(nodes=3), day((0.0, FOLLOWER), steady=steady("ok<1")))
    both = DayComparison(day="d", seed=0, verdicts=(("a.b=x", quick), ("a.b=y", missed)))
    assert both.judgement == "unknown"
    assert both.why is not None
    assert both.why.startswith("y: there was no steady state")
    rows = dict(both.rows())
    assert rows["verdict"] == ["pass", "unknown"]
    assert rows["  of them lost"] == ["0", "0"]
    rate, unknown = rows["pause: writes acknowledged"]
    assert float(rate.removesuffix("/s")) == pytest.approx(100, abs=20)
    assert unknown == "not measured"
    assert rows["p99 of writes, steady"][0].endswith(" ms")
    turned = DayComparison(day="d", seed=0, verdicts=both.verdicts[::-1])
    assert dict(turned.rows())["pause: writes acknowledged"] == [unknown, rate]
    told = both.to_json()
    assert [one["setting"] for one in told["variants"]] == ["a.b=x", "a.b=y"]


def test_a_window_must_count_only_what_is_in_it() -> None:
    writes = [Write(f"r-{n}", n, n + 0.01 * n, "acknowledged", "o") for n in range(10)]
    # of the 103 requests that end each second, two get no answer
    each = {"span_s": 1.0, "achieved_rps": 101.0}
    ticks = [
        {"at_s": s, "ok": 100 * s, "failed": s, "unknown": 2 * s, **each} for s in (2.0, 3.0, 4.0)
    ]
    found = day_figures.of_window(writes, ticks, 2.0, 5.0)
    assert found["max"] == pytest.approx(40)
    hang = Write("r-10", -7.0, 3.0, "unknown")
    assert day_figures.of_window([*writes, hang], ticks, 2.0, 5.0)["max"] == pytest.approx(10_000)
    assert (found["ok"], found["failed"], found["achieved"]) == (200, 2, 101)
    assert found["error_rate"] == pytest.approx(6 / 206)
    assert day_figures.of_window([], ticks[:1], 2.0, 5.0)["failed"] is None
