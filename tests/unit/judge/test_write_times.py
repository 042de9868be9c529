"""How long writes took, before a fault and while it was on."""

from __future__ import annotations

from sdctl.judge.ledger import Write
from sdctl.judge.write_times import WriteTimes


def write(number: int, sent: float, took: float) -> Write:
    return Write(f"k-{number}", sent, sent + took, "acknowledged")


def test_writes_must_be_told_apart_by_whether_the_fault_was_on_while_they_ran() -> None:
    quick = [write(n, n / 10, 0.006) for n in range(99)]
    slow = [write(n, n / 10, 0.006 if n % 2 else 0.167) for n in range(100, 199)]
    later = [write(n, n / 10, 5.0) for n in range(300, 310)]
    found = WriteTimes.around([*quick, *slow, *later], (10.0, 20.0))
    assert found is not None
    assert (found.before.count, found.during.count) == (70, 99), "3 s earlier some may know of it"
    assert str(found) == "before 6 ms / 6 ms; during 167 ms / 167 ms"
    told = found.to_json()
    assert (told["before"]["p99"], told["during"]["max"]) == (6.0, 167.0)


def test_a_refusal_must_not_make_writes_look_faster() -> None:
    quick = [write(n, n / 10, 0.009) for n in range(60)]
    slow = [write(n, n / 10, 0.5) for n in range(100, 120)]
    refused = [
        write(n, n / 10 + 0.05, 0.003)._replace(outcome="refused") for n in range(1000, 1512)
    ]
    away = [one._replace(sent_at=11.0, done_at=11.003) for one in refused]
    found = WriteTimes.around([*quick, *slow, *away], (10.0, 20.0))
    assert found is not None
    assert str(found) == (
        "before 9 ms / 9 ms; during 500 ms / 500 ms, and 512 not acknowledged, "
        "which took 3 ms (p50)"
    )
    assert found.longer_ms == found.during.p50_ms - found.before.p50_ms
    assert found.to_json()["failed"]["count"] == 512


def test_the_writes_of_a_short_time_before_a_fault_must_be_what_it_is_compared_with() -> None:
    before = [write(n, n / 10, 0.01) for n in range(20)]
    found = WriteTimes.around([*before, write(99, 2.5, 1.0)], (2.0, 5.0))
    assert found is not None
    assert found.before.count == 10


def test_a_write_that_was_on_its_way_when_the_fault_began_must_be_one_of_those_during_it() -> None:
    on_its_way = write(1, 9.0, 3.0)
    found = WriteTimes.around([write(0, 1.0, 0.1), on_its_way], (10.0, 20.0))
    assert found is not None
    assert found.during.longest_ms == 3000.0
    assert WriteTimes.around([on_its_way], (10.0, 20.0)) is None, "there is nothing to compare with"


def test_what_another_fault_made_slow_must_be_nothing_to_compare_with() -> None:
    """The first fault is on from 10 s to 40 s; the second one begins at 50 s."""
    quick = [write(n, n / 10, 0.01) for n in (*range(100), *range(410, 500))]
    slow = [write(n, n / 10, 0.2) for n in range(100, 400)]
    second = [write(n, n / 10, 0.3) for n in range(500, 600)]
    writes = [*quick, *slow, *second]
    found = WriteTimes.around(writes, (50.0, 60.0), others=[(10.0, 40.0), (70.0, 80.0)])
    assert found is not None
    assert found.before.longest_ms < 11
    assert round(found.longer_ms) == 290
    assert WriteTimes.around(slow + second, (50.0, 60.0), others=[(10.0, 40.0)]) is None
