"""What was predicted beside what came."""

from __future__ import annotations

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
        ("messages/s", False, False),
    ],
)
def test_a_time_that_does_not_count_must_be_compared_with_nothing(
    unit: str, times_count: bool | None, holds: bool | None
) -> None:
    figure = Expectation(what="a write takes", low=90, high=110, unit=unit, why="", measured=115)
    assert figure.in_run(times_count).holds is holds
