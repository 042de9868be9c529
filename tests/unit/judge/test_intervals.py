from __future__ import annotations

import itertools
import math
import random
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.judge.intervals import (
    batch_means,
    differences,
    expanded_interval,
    median_interval,
    percentile,
    student_t,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(VALUES, st.floats(0.1, 100))
def test_a_percentile_must_be_the_smallest_value_that_so_many_do_not_exceed(
    values: list[float], percent: float
) -> None:
    def enough(value: float) -> bool:
        return sum(other <= value for other in values) >= len(values) * percent / 100

    assert percentile(values, percent) == min(value for value in values if enough(value))


@pytest.mark.parametrize("count", range(1, 13))
def test_the_medians_interval_must_be_the_shortest_that_holds_it_often_enough(count: int) -> None:
    """Brute force: each value lies below or above the true median, all 2ⁿ ways alike likely."""

    def share_held(rank: int) -> float:
        # the rank-th smallest is at most the median, and the rank-th largest at least
        below = [sum(way) for way in itertools.product((0, 1), repeat=count)]
        return sum(rank <= value <= count - rank for value in below) / 2**count

    held = {rank: share_held(rank) for rank in range(1, count // 2 + 1)}
    wanted = [rank for rank, share in held.items() if share >= 0.95]
    found = median_interval([float(value) for value in range(1, count + 1)])
    if not wanted:
        assert found is None
    else:
        assert found is not None
        rank = max(wanted)
        assert (found.low, found.high) == (rank, count + 1 - rank)
        assert found.level == pytest.approx(held[rank])


def test_the_medians_interval_of_twenty_must_be_that_of_the_tables() -> None:
    """n = 20: the 6th and the 15th, 95.86 % (David and Nagaraja, section 7.1)."""
    found = median_interval([float(value) for value in range(1, 21)])
    assert found is not None
    assert (found.low, found.high) == (6, 15)
    assert found.level == pytest.approx(0.9586, abs=5e-5)


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_values_must_not_matter(values: list[float], chance: random.Random) -> None:
    mixed = chance.sample(values, len(values))
    assert median_interval(values) == median_interval(mixed)
    assert percentile(values, 95) == percentile(mixed, 95)


def test_the_bootstrap_must_agree_with_every_resample_there_is() -> None:
    a, b = [1.0, 4.0, 9.0], [2.0, 3.0, 20.0]
    exact = [
        fmean(two) - fmean(one)
        for one in itertools.product(a, repeat=3)
        for two in itertools.product(b, repeat=3)
    ]
    drawn = differences(a, b, fmean, seed=7, resamples=5_000)
    for value in set(exact):
        wanted, found = (
            sum(sample <= value + 1e-9 for sample in several) / len(several)
            for several in (exact, drawn)
        )
        # Kolmogorov's bound at 99.9% is 1.95/√n = 0.028
        assert found == pytest.approx(wanted, abs=0.028)


@given(VALUES, VALUES, st.integers(0, 100))
def test_a_shift_must_shift_the_distribution_and_nothing_else(
    a: list[float], b: list[float], seed: int
) -> None:
    before = differences(a, b, median, seed=seed, resamples=20)
    after = differences(a, [value + 1000 for value in b], median, seed=seed, resamples=20)
    assert after == pytest.approx([value + 1000 for value in before], abs=1e-6)


def test_the_expanded_interval_must_be_wider_for_fewer_values() -> None:
    drawn = [number / 1000 for number in range(10_001)]
    widths = [
        interval.high - interval.low
        for interval in (expanded_interval(drawn, count) for count in (5, 10, 100, 10_000))
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(9.5, abs=0.01)


@pytest.mark.parametrize(
    ("freedom", "share", "table"),
    [(4, 0.975, 2.776), (9, 0.975, 2.262), (9, 0.9975, 3.690), (19, 0.995, 2.861),
     (29, 0.975, 2.045), (4, 0.999, 7.173)],
)  # fmt: skip
def test_students_t_must_be_that_of_the_tables(freedom: int, share: float, table: float) -> None:
    assert student_t(share, freedom) == pytest.approx(table, rel=0.02)
    assert student_t(1 - share, freedom) == pytest.approx(-student_t(share, freedom))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=200), st.integers(1, 30))
def test_batches_must_be_the_means_of_equal_stretches_of_the_end(
    series: list[float], count: int
) -> None:
    found = batch_means(series, count)
    if len(series) < count:
        assert found == series
        return
    size = len(series) // count
    tail = series[len(series) - count * size :]
    assert len(found) == count
    assert math.fsum(found) * size == pytest.approx(math.fsum(tail), abs=1e-6)
    assert found[-1] == pytest.approx(fmean(series[-size:]), abs=1e-9)
