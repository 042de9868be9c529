from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.load.schedule import Arrivals, Schedule, constant, ramp

_rates = st.floats(0, 300, allow_nan=False).map(lambda moment: round(moment, 2))
_schedules = st.builds(
    lambda rates, gap, extra: Schedule(
        points=tuple((number * gap, rate) for number, rate in enumerate(rates)),
        duration_s=max((len(rates) - 1) * gap + extra, 0.5),
    ),
    st.lists(_rates, min_size=1, max_size=4).filter(any),
    st.sampled_from([0.25, 0.5, 1.0]),
    st.sampled_from([-0.3, 0.0, 0.7]),
)


def test_a_constant_rate_must_be_evenly_spaced_and_exactly_counted() -> None:
    times = list(constant(500, 30).times())
    assert len(times) == 15_000
    assert times[0] == 0
    assert all(b - a == pytest.approx(0.002) for a, b in pairwise(times))


@pytest.mark.parametrize(("rps", "duration_s"), [(1.1, 10), (0.07, 100), (2.2, 5)])
def test_no_request_may_be_due_at_the_end(rps: float, duration_s: float) -> None:
    times = list(constant(rps, duration_s).times())
    assert times[-1] < duration_s
    assert len(times) == round(rps * duration_s)


def test_a_ramp_must_be_linear_between_its_points() -> None:
    schedule = ramp("0s:50,30s:500")
    assert schedule.duration_s == 30
    assert schedule.rate(0) == 50
    assert schedule.rate(15) == 275
    assert schedule.planned == 8250
    assert len(list(schedule.times())) == 8250
    assert schedule.peak_rps == 500
    assert schedule.mean_rps == 275


def test_the_last_rate_must_be_kept_until_the_duration() -> None:
    schedule = Schedule(points=((0, 0), (0.5, 100)), duration_s=1.5)
    assert schedule.rate(1.4) == 100
    assert schedule.rate(1.5) == 0
    assert schedule.planned == 125


def test_points_beyond_the_duration_must_be_cut() -> None:
    assert Schedule(points=((0, 0), (10, 100)), duration_s=5).planned == 125


def test_a_ramp_must_end_at_its_last_point_and_nowhere_else() -> None:
    assert ramp("0s:5,1m:10").duration_s == ramp("0s:5,1m:10", 60).duration_s == 60


def test_two_points_at_one_moment_must_be_a_step() -> None:
    times = list(ramp("0s:10,1s:10,1s:100,2s:100").times())
    assert sum(ms < 1 for ms in times) == 10
    assert sum(ms >= 1 for ms in times) == 100


@given(_schedules)
def test_times_must_follow_the_integral_of_the_rate(schedule: Schedule) -> None:
    times = list(schedule.times())
    assert times == sorted(times)
    assert all(0 <= ms < schedule.duration_s for ms in times)
    assert abs(len(times) - schedule.planned) <= 1
    for number, moment in enumerate(times):
        until = Schedule(points=schedule.points, duration_s=max(moment, 1e-9)).planned
        assert until == pytest.approx(number, abs=1e-3)


@given(_schedules, st.sampled_from(["even", "poisson"]), st.integers(1, 7))
def test_processes_must_share_one_schedule_exactly(
    schedule: Schedule, arrivals: Arrivals, parts: int
) -> None:
    schedule = replace(schedule, arrivals=arrivals, seed=3)
    whole = list(schedule.times())
    shares = [list(schedule.share(part, parts)) for part in range(parts)]
    assert sorted(moment for share in shares for moment in share) == whole
    assert all(share == whole[part::parts] for part, share in enumerate(shares))


def test_random_arrivals_must_repeat_with_their_seed_and_keep_the_rate() -> None:
    def times(seed: int) -> list[float]:
        points = ((0.0, 1000.0),)
        schedule = Schedule(points=points, duration_s=10, arrivals="poisson", seed=seed)
        return list(schedule.times())

    assert times(1) == times(1)
    assert times(1) != times(2)
    # the count of a Poisson process varies by its square root
    assert abs(len(times(1)) - 10_000) < 5 * math.sqrt(10_000)


@pytest.mark.parametrize(
    ("text", "duration", "words"),
    [
        ("50", None, "write 0s:50,30s:500"),
        ("0s:fast", None, "write 0s:50,30s:500"),
        ("5s:50,30s:500", None, "starts at 0s"),
        ("0s:50,30s:500,20s:1", None, "must grow"),
        ("0s:50", None, "a last point after 0s"),
        ("0s:50", 10, "a last point after 0s"),
        ("0s:50,60s:50", 30, "after 1m, and not after 30s"),
        ("0s:-5,1s:5", None, "0 rps or more"),
        ("0s:0,1s:0", None, "above 0"),
        ("0s:50,1s:nan", None, "write 0s:50,30s:500"),
    ],
)
def test_a_bad_ramp_must_say_what_is_expected(
    text: str, duration: float | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        ramp(text, duration)
