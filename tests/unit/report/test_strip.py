"""The dots of a bench's page."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import summarise
from sdctl.report.strip import strip
from tests.verdicts import verdict


@given(st.lists(st.floats(1, 100_000), min_size=1, max_size=40))
def test_dots_must_stand_where_their_times_are_and_never_touch(times: list[float]) -> None:
    trials = tuple(Trial.of(verdict(ms)) for ms in times)
    drawn = strip(trials, summarise(trials))
    assert drawn is not None
    for one, other in itertools.combinations(drawn.dots, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) >= 2 * drawn.radius
    assert [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)
    assert all(0 < dot.y < drawn.floor and 0 < dot.x < drawn.width for dot in drawn.dots)


def test_a_dot_halfway_in_time_must_stand_halfway() -> None:
    trials = tuple(Trial.of(verdict(value)) for value in [1000.0, 2000.0, 3000.0])
    drawn = strip(trials, summarise(trials))
    assert drawn is not None
    left, middle, right = (dot.x for dot in drawn.dots)
    assert middle == pytest.approx((left + right) / 2, abs=0.02)


def test_a_very_long_stop_must_be_told_without_an_exponent() -> None:
    drawn = strip([Trial.of(verdict(1_234_567.0))], summarise([Trial.of(verdict(1_234_567.0))]))
    assert drawn is not None
    assert drawn.dots[0].name.startswith("trial 1: 1234567 ms")
    assert all(mark.text.endswith(" ms") for mark in drawn.marks)
