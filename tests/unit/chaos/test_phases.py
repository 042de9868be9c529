"""From moments to phases: the arithmetic, and who may be believed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sdctl.chaos.phases import mongodb, redis
from sdctl.chaos.phases.phases import SKEW_S, Failover, LogLine
from sdctl.judge.fault_timing import PHASE_NAMES

moments = st.none() | st.floats(-30, 60)


@example(0.28, None, 0.25, False, 0.0, 1.0)  # noticed just after it was over, by another clock
@given(moments, moments, moments, st.booleans(), st.floats(0, 1), st.floats(0, 50))
def test_phases_must_never_be_negative_nor_more_than_the_outage(
    detected: float | None,
    elected: float | None,
    promoted: float | None,
    in_place: bool,
    since: float,
    lasted: float,
) -> None:
    failover = Failover(detected=detected, elected=elected, promoted=promoted, in_place=in_place)
    phases = failover.phases(since, since + lasted)
    assert tuple(phases) == PHASE_NAMES
    told = [ms for ms in phases.values() if ms is not None]
    assert all(ms >= 0 for ms in told)
    assert sum(told) <= lasted + 1e-9


@given(st.lists(st.floats(0, 100), min_size=5, max_size=5))
def test_phases_that_are_all_told_must_add_up_to_the_outage(times: list[float]) -> None:
    since, detected, elected, promoted, until = sorted(times)
    failover = Failover(detected=detected, elected=elected, promoted=promoted)
    phases = failover.phases(since, until)
    assert None not in phases.values()
    assert sum(ms for ms in phases.values() if ms is not None) == pytest.approx(until - since)
    assert failover.remark(since, until) is None


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4))
def test_without_an_election_the_other_phases_must_add_up_to_the_outage(times: list[float]) -> None:
    since, detected, promoted, until = sorted(times)
    phases = Failover(detected=detected, promoted=promoted, in_place=True).phases(since, until)
    told = [ms for ms in phases.values() if ms is not None]
    assert phases["elect"] is None
    assert len(told) == 3
    assert sum(told) == pytest.approx(until - since)


def test_beside_a_moment_that_no_line_tells_no_phase_must_be_guessed() -> None:
    failover = Failover(detected=19.0, elected=None, promoted=21.0)
    assert failover.phases(0.0, 22.0) == {
        "detect": 19.0, "elect": None, "promote": None, "reroute": 1.0,
    }  # fmt: skip
    assert failover.remark(0.0, 22.0) == "the servers' logs do not tell all of it"


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (0.0, 0.9, "writes were back before the failover was over"),
        (0.0, 2.0, "writes were back before the failover was over"),
        (5.0, 31.0, "the longest stop of writes came after the failover was over"),
        (1.5, 3.5, "the failover had begun before writes stopped"),
    ],
    ids=["over before it was noticed", "over before the election", "began after it", "within it"],
)
def test_an_outage_of_another_reason_must_have_no_phases_and_say_where_it_lies(
    since: float, until: float, why: str
) -> None:
    failover = Failover(detected=1.0, elected=3.0, promoted=3.1)
    assert set(failover.phases(since, until).values()) == {None}
    assert why in (failover.remark(since, until) or "")


def test_moments_that_are_not_in_order_must_be_said_to_be_so() -> None:
    failover = Failover(detected=3.0, elected=1.0, promoted=3.1)
    assert "are not in order" in (failover.remark(0.0, 26.0) or "")


def test_clocks_that_disagree_a_little_must_not_matter() -> None:
    failover = Failover(detected=1.0, elected=2.0, promoted=3.0 + SKEW_S / 2)
    phases = failover.phases(1.0 + SKEW_S / 2, 3.0)
    assert phases["detect"] == 0.0
    assert phases["reroute"] == 0.0
    assert sum(ms for ms in phases.values() if ms is not None) == pytest.approx(2.0 - SKEW_S / 2)


def test_lines_that_tell_nothing_must_be_no_failover() -> None:
    assert Failover().remark(0.0, 1.0) == "the servers' logs tell of no failover"
    assert set(Failover().phases(0.0, 1.0).values()) == {None}
    assert Failover().seconds(0.0) is None


def line(node: str, at: float, text: str) -> LogLine:
    return LogLine(node=node, at=at, text=text)


A, B, C = "a" * 40, "b" * 40, "c" * 40


def test_of_several_failing_masters_that_of_the_new_one_must_count() -> None:
    found = redis.PHASES(
        [
            line("redis-2", 1.0, f"* Marking node {B} () as failing (quorum reached)."),
            line("redis-2", 2.0, f"* Marking node {A} () as failing (quorum reached)."),
            line("redis-4", 2.1, f"* FAIL message received from {C} () about {A} ()"),
            line("redis-4", 3.0, "* Failover election won: I'm the new master."),
            line("redis-4", 3.1, "* configEpoch set to 6 after successful failover"),
        ],
        "redis-1",
    )
    assert found == Failover(detected=2.0, elected=3.0, promoted=3.1, leader="redis-4")


def test_a_master_that_was_back_before_it_was_missed_must_be_in_place() -> None:
    found = redis.PHASES([line("redis-1", 1.0, "* Ready to accept connections tcp")], "redis-1")
    assert found == Failover(promoted=1.0, leader="redis-1", in_place=True)


def mongo(number: int) -> str:
    return f'{{"t":{{"$date":"2026-11-25T16:04:12.627+00:00"}},"c":"ELECTION","id":{number}}}'


def test_mongodb_must_be_read_by_the_ids_of_its_lines() -> None:
    found = mongodb.PHASES(
        [
            line("mongodb-3", 4.0, mongo(4615652)),
            line("mongodb-2", 5.0, mongo(4615652)),
            line("mongodb-2", 5.1, mongo(21450)),
            line("mongodb-2", 5.2, mongo(21331)),
        ],
        "mongodb-1",
    )
    assert found == Failover(detected=5.0, elected=5.1, promoted=5.2, leader="mongodb-2")
    assert mongodb.PHASES([line("mongodb-1", 9.0, mongo(4615652))], "mongodb-1") == Failover()
