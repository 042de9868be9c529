from __future__ import annotations

import pickle
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.judge.intervals import percentile as nearest_rank
from sdctl.load.histogram import Histogram, decoded, percentile_ms, rank, sample


def test_percentiles_must_agree_with_the_sorted_values() -> None:
    rng = random.Random(1)
    values = [rng.expovariate(1 / 0.02) for _ in range(20_000)]
    histogram = Histogram()
    histogram.pending.extend(values)
    ordered = sorted(values)
    for percent in (50, 90, 99, 99.9):
        exact = ordered[int(len(ordered) * percent / 100)] * 1000
        assert histogram.percentile_ms(percent) == pytest.approx(exact, rel=0.01)
    assert histogram.max_ms == pytest.approx(ordered[-1] * 1000, abs=0.001)
    assert histogram.count == 20_000


def test_without_values_nothing_was_measured() -> None:
    assert Histogram().percentile_ms(99) is None
    assert Histogram().max_ms is None
    assert percentile_ms([], 50) is None


def test_no_percentile_may_exceed_the_maximum() -> None:
    histogram = Histogram()
    histogram.pending.append(1.2345671)
    assert histogram.percentile_ms(99) == histogram.max_ms == 1234.567


def test_folding_in_slices_must_lose_nothing() -> None:
    histogram = Histogram()
    histogram.pending.extend([0.001] * 1200)
    histogram.fold(500)
    assert len(histogram.pending) == 700
    assert histogram.count == 1200


def test_many_different_values_must_be_settled_in_slices() -> None:
    histogram = Histogram()
    histogram.pending.extend(number / 1e5 for number in range(1, 30_001))
    histogram.fold()
    slices = 0
    while histogram.crowded:
        histogram.settle(500)
        slices += 1
    assert slices == 20
    assert histogram.count == 30_000
    assert histogram.percentile_ms(50) == pytest.approx(150, rel=0.001)


def test_values_beyond_the_range_must_be_kept_at_its_edge() -> None:
    histogram = Histogram()
    histogram.pending.extend([0.0, 5000.0])
    assert histogram.percentile_ms(100) == pytest.approx(600_000, rel=0.001)
    assert histogram.count == 2


def test_adding_must_be_as_if_recorded_together() -> None:
    one, other = Histogram(), Histogram()
    one.pending.extend([0.001] * 9)
    other.pending.append(1.0)
    one.add(other)
    assert one.count == 10
    assert one.max_ms == 1000


_values = st.lists(st.floats(1e-6, 700, allow_nan=False), max_size=60)


@given(st.lists(_values, min_size=1, max_size=3))
def test_merged_histograms_must_equal_one_histogram(parts: list[list[float]]) -> None:
    whole, merged = Histogram(), Histogram()
    for values in parts:
        whole.pending.extend(values)
        part = Histogram()
        part.pending.extend(values)
        merged.add(pickle.loads(pickle.dumps(part)))
    assert merged.count == whole.count == sum(map(len, parts))
    for percent in (1, 50, 90, 99, 99.9, 100):
        assert merged.percentile_ms(percent) == whole.percentile_ms(percent)
    assert merged.max_ms == whole.max_ms
    assert merged.encoded() == whole.encoded()


@given(_values.filter(bool))
def test_a_percentile_must_be_the_nearest_rank_to_three_digits(values: list[float]) -> None:
    histogram = Histogram()
    histogram.pending.extend(values)
    ordered = sorted(min(max(int(value * 1e6), 1), 600_000_000) / 1e3 for value in values)
    for percent in (50, 90, 99, 99.9):
        exact = nearest_rank(ordered, percent)
        # an exact maximum may cut the top bucket below 1 µs
        assert histogram.percentile_ms(percent) == pytest.approx(exact, rel=0.002, abs=0.0011)


def test_two_slow_ones_of_151_must_be_in_the_slowest_hundredth() -> None:
    values = array("d", [0.001] * 149 + [1.0] * 2)
    histogram = Histogram()
    histogram.pending.extend(values)
    assert histogram.percentile_ms(99) == percentile_ms(values, 99) == 1000
    assert histogram.percentile_ms(98) == percentile_ms(values, 98) == 1
    assert rank(1000, 99.9) == 999, "no more by a float's last digit"
    assert rank(1001, 99.9) == 1000


def test_an_encoded_histogram_must_read_back() -> None:
    histogram = Histogram()
    histogram.pending.extend([0.001, 0.002, 1.0])
    back = decoded(histogram.encoded())
    assert back.count == 3
    assert back.percentile_ms(50) == histogram.percentile_ms(50)
    assert back.max_ms == pytest.approx(1000, rel=0.001)
    assert decoded(Histogram().encoded()).max_ms is None


def test_a_sample_must_be_even_and_small() -> None:
    assert list(sample(array("d"))) == []
    assert list(sample(array("d", [1.0, 2.0]))) == [1.0, 2.0]
    many = sample(array("d", range(100_000)))
    assert 2_000 < len(many) <= 4_000
    assert (many[0], many[1]) == (0, 25)


def test_a_live_percentile_must_be_the_nearest_rank() -> None:
    values = [number / 1000 for number in range(1, 101)]
    assert percentile_ms(values, 50) == 50
    assert percentile_ms(values, 99) == 99
    many = [number / 100_000 for number in range(100_000)]
    assert percentile_ms(many, 99) == pytest.approx(990, rel=0.01)
