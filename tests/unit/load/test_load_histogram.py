from __future__ import annotations

import random

import pytest

from sdctl.load.histogram import Histogram, percentile_ms


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


def test_a_live_percentile_must_be_the_nearest_rank() -> None:
    values = [each / 1000 for each in range(1, 101)]
    assert percentile_ms(values, 50) == 50
    assert percentile_ms(values, 99) == 99
    many = [each / 100_000 for each in range(100_000)]
    assert percentile_ms(many, 99) == pytest.approx(990, rel=0.01)
