"""A write is charged to the faults that can have harmed it, and to no fault that was over."""

from __future__ import annotations

from sdctl.judge.attribution import counted, harmed, overlapping
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import Outcome

AWAY, CUT, KILL = (0.0, 8.0), (45.0, 57.0), (52.0, 97.0)
DAY = (AWAY, CUT, KILL)


def charged(at: float, spans: tuple[tuple[float, float], ...] = DAY) -> list[int]:
    write = Write("r-0", at - 0.1, at, "acknowledged", "o-0", 7)
    by_id = {f"f-{number}": span for number, span in enumerate(spans)}
    return [n for n, fault in enumerate(by_id) if "r-0" in harmed([write], fault, by_id)]


def test_a_write_must_be_charged_to_what_was_on_and_to_what_began_next() -> None:
    assert charged(50.0) == [1, 2]  # the follower was cut off, then the leader died with it
    assert charged(55.0) == [1, 2]
    assert charged(4.0) == [0, 1]
    assert charged(60.0) == [2]


def test_a_write_must_never_be_charged_to_a_fault_that_was_over() -> None:
    assert 0 not in charged(8.1)
    assert charged(44.9) == [1]
    assert charged(99.0) == [2]  # all are over: the one that ended last


def test_of_one_fault_every_write_must_be_its_own() -> None:
    for at in (-5.0, 4.0, 99.0):
        assert charged(at, (AWAY,)) == [0]


def test_faults_that_were_on_at_the_same_time_must_be_named_in_their_order() -> None:
    spans = {"f-1": AWAY, "f-2": CUT, "f-3": KILL, "f-4": (46.0, 47.0)}
    assert overlapping("f-2", spans) == ["f-4", "f-3"]
    assert overlapping("f-1", spans) == []


def test_what_was_refused_must_count_for_the_fault_of_whose_tail_it_is() -> None:
    spans = {"f-1": AWAY, "f-2": CUT, "f-3": KILL}

    def of(at: float, outcome: Outcome = "refused") -> list[str]:
        write = Write("r-0", at - 0.1, at, outcome)
        return [fault for fault in spans if counted([write], fault, spans)]

    assert of(-1.0) == of(4.0) == of(20.0, "unknown") == ["f-1"]
    assert of(46.0) == ["f-2"]
    assert of(55.0) == ["f-2", "f-3"], "both were on"
    assert of(500.0) == ["f-3"]
    assert of(20.0, "acknowledged") == ["f-2"], "its leader takes with it what it just said"


def test_one_fault_or_a_day_must_count_the_whole_load() -> None:
    write = Write("r-0", 0.0, 500.0, "refused")
    assert counted([write], "f-1", {"f-1": AWAY}) is None
    assert counted([write], "f-1", {"f-1": AWAY, "f-2": CUT}, of_day=True) is None
