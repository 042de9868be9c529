"""What was predicted beside what came."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdctl.judge.expectation import Expectation


@pytest.mark.parametrize(
    ("unit", "times_count", "holds"),
    [
        ("ms", True, False),
        ("ms", None, False),
        ("ms", False, None),
        ("s", False, None),
        ("", False, False),
        ("messages/s", False, None),
        ("messages/s", True, False),
    ],
)
def test_a_time_that_does_not_count_must_be_compared_with_nothing(
    unit: str, times_count: bool | None, holds: bool | None
) -> None:
    figure = Expectation(what="a write takes", low=90, high=110, unit=unit, why="", measured=115)
    assert figure.in_run(times_count, cut_short=False).holds is holds


@pytest.mark.parametrize(("measured", "holds"), [(0, None), (30, True), (150, False)])
def test_less_than_predicted_of_a_fault_that_was_cut_short_must_tell_nothing(
    measured: float, holds: bool | None
) -> None:
    figure = Expectation(what="attempts failed", low=30, high=141, why="", measured=measured)
    assert figure.in_run(True, cut_short=True).holds is holds
    assert figure.in_run(True, cut_short=False).holds is bool(holds)


def test_what_may_come_to_anything_must_not_be_said_to_be_predicted() -> None:
    figure = Expectation(what="memory limit reached", low=None, high=None, why="", measured=12)
    assert (figure.open, figure.holds, str(figure)) == (
        True, None, "memory limit reached: measured 12",
    )  # fmt: skip
    bound = Expectation(what="lost writes", low=0, high=0, why="", measured=0)
    assert str(bound) == "lost writes: 0; measured 0, as predicted"


def test_what_could_not_be_compared_must_say_why() -> None:
    figure = Expectation(what="a write takes", low=9, high=11, unit="s", why="", measured=7)
    assert str(figure.in_run(False, cut_short=False)).endswith(
        "could not be compared (times do not count here)"
    )
    assert str(figure.in_run(True, cut_short=True)).endswith(
        "could not be compared (the fault was over before its time)"
    )
    assert str(figure.in_run(True, cut_short=False)).endswith("measured 7 s, NOT as predicted")


def test_a_prediction_must_not_be_compared_where_another_fault_was_on_meanwhile() -> None:
    figure = Expectation(what="attempts failed", low=82, high=257, why="", measured=48)
    day = replace(figure, meanwhile="f-5 kill-leader")
    assert str(figure).endswith("measured 48, NOT as predicted")
    assert (day.holds, str(day)) == (
        None,
        "attempts failed: 82 to 257; measured 48, could not be compared (another fault of the day "
        "was on meanwhile: f-5 kill-leader)",
    )
    assert Expectation.of_json(day.to_json()) == day
