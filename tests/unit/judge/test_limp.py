"""A service that acknowledges some writes and fails others."""

from __future__ import annotations

import pytest

from sdctl.judge.ledger import Write
from sdctl.judge.limp import Limp
from sdctl.judge.outage import Outage

ON = (5.0, 30.0)


def written(failing: float, until: float, *, one_in: int) -> list[Write]:
    """100 a second; from ``failing`` to ``until`` one in so many is acknowledged."""
    sent = [number / 100 for number in range(4000)]
    return [
        Write(f"k-{number}", at, at + 0.002,
              "refused" if failing <= at < until and number % one_in else "acknowledged")
        for number, at in enumerate(sent)
    ]  # fmt: skip


def test_a_time_in_which_some_writes_failed_must_be_told_with_how_many_of_each() -> None:
    found = Limp.of(written(6, 24, one_in=4), ON)
    assert found is not None
    assert found.seconds == pytest.approx(18.0, abs=0.05)
    assert (found.acknowledged, found.failed) == (449, 1350)
    assert str(found) == "for 18 s: 449 acknowledged, 1,350 not"
    assert found.to_json() == {"ms": 17980, "acknowledged": 449, "failed": 1350}
    assert str(Limp.of_json(found.to_json())) == str(found)


def test_a_stop_alone_must_be_no_limping() -> None:
    assert Limp.of(written(6, 8, one_in=10_000), ON) is None
    assert Limp.of(written(6, 6, one_in=2), ON) is None, "nothing failed"


def test_what_is_no_longer_than_the_stop_that_it_has_a_part_in_must_not_be_told_beside_it() -> None:
    """Seen of a leader that was cut off: writes stopped for 17.1 s, and of those that were sent in
    the 15 s of the fault some were acknowledged before the stop."""
    limping = written(6, 24, one_in=4)

    def beside(since: float, until: float) -> Limp | None:
        stop = Outage(seconds=until - since, since=since, until=until, resolution=0.01)
        return Limp.of(limping, ON, stop)

    assert beside(7.0, 26.0) is None
    assert beside(24.5, 44.5) is not None, "this stop came later"
    assert beside(10.0, 12.0) is not None, "it is a part of the time"


def test_failures_far_from_one_another_must_not_be_one_time() -> None:
    one, other = written(6, 7, one_in=2), written(20, 22, one_in=2)
    both = [a if a.outcome == "refused" else b for a, b in zip(one, other, strict=True)]
    found = Limp.of(both, ON)
    assert found is not None
    assert found.seconds == pytest.approx(2.0, abs=0.05)


def test_what_failed_before_the_fault_or_after_it_must_not_count() -> None:
    assert Limp.of(written(1, 4, one_in=2), ON) is None
    assert Limp.of(written(32, 36, one_in=2), ON) is None
