from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.judge.outage import ROW, Outage
from sdctl.judge.outage import outage as measured


def every(gap: float, start: float, end: float) -> list[float]:
    return [start + number * gap for number in range(round((end - start) / gap))]


def sent_before(acks: Sequence[float]) -> list[tuple[float, float]]:
    """Writes that were acknowledged then. Over each silence the load sent on: what was sent in it
    waited, and is acknowledged at its end."""
    times = sorted(acks)
    gap = min((b - a for a, b in pairwise(times) if b > a), default=0.01)
    late = [
        (a + gap * number, b) for a, b in pairwise(times) if b - a > 5 * gap for number in (1, 2, 3)
    ]
    return [*((at, at) for at in acks), *late]


def outage(acks: Sequence[float], start: float, end: float, **more: Any) -> Outage | None:
    return measured(sent_before(acks), start, end, **more)


def test_the_outage_must_be_the_silence_around_the_fault() -> None:
    found = outage([*every(0.01, 0, 5), *every(0.01, 7.1, 10)], 5, 10)
    assert found is not None
    assert found.seconds == pytest.approx(2.105, abs=1e-6)
    assert found.since == pytest.approx(4.995)
    assert found.until == pytest.approx(7.1)
    assert found.resolution == pytest.approx(0.01)


def test_what_the_next_fault_stopped_must_not_count_though_a_pause_led_into_it() -> None:
    """Seen on a full machine: a pause of 0.2 s was not over when the next fault began."""
    acks = [*every(0.01, 0, 5), *every(0.01, 6, 64.85), 65.05, *every(0.01, 90, 95)]
    alone = outage(acks, 5, 95)
    assert alone is not None
    assert alone.seconds == pytest.approx(25.155, abs=0.02)
    found = outage(acks, 5, 95, next_at=65.0)
    assert found is not None
    assert found.seconds == pytest.approx(1.005, abs=0.01)


def test_what_had_not_ended_when_the_next_fault_began_must_count_as_a_whole() -> None:
    acks = [*every(0.01, 0, 5), *every(0.01, 20, 25)]
    found = outage(acks, 5, 25, next_at=10.0)
    assert found is not None
    assert found.seconds == pytest.approx(15.005, abs=0.01)


def test_where_writes_did_not_stop_no_time_must_be_told() -> None:
    found = outage(every(0.02, 0, 10), 5, 10)
    assert found == Outage(seconds=0, since=5, until=5, resolution=pytest.approx(0.02))
    assert str(found) == "no stop seen"


def served(sent: Sequence[float], takes_s: float) -> list[tuple[float, float]]:
    return [(at, at + takes_s) for at in sent]


@pytest.mark.parametrize("takes_s", [0.006, 0.2], ids=["fast", "delayed"])
def test_a_silence_in_which_the_load_sent_no_write_must_be_no_stop(takes_s: float) -> None:
    """Of a load that also reads, at 10 requests/s: a gap of some usual gaps is chance."""
    sent = [*every(0.13, 0, 6), *every(0.13, 6.45, 12)]
    found = measured(served(sent, takes_s), 5, 12)
    assert found is not None
    assert found.seconds == 0


def test_a_short_silence_in_which_writes_waited_must_be_a_stop() -> None:
    """Of a failover of 0.15 s: what was sent in it is answered at its end."""
    sent = every(0.02, 0, 10)
    acks = [(at, max(at + 0.006, 5.15) if at > 4.99 else at + 0.006) for at in sent]
    found = measured(acks, 5, 10)
    assert found is not None
    assert found.seconds == pytest.approx(0.15, abs=0.02)


def test_a_short_silence_in_which_writes_failed_must_be_a_stop() -> None:
    sent, refused = every(0.02, 0, 10), every(0.02, 5, 5.2)
    kept = [at for at in sent if not 4.99 < at < 5.19]
    found = measured(served(kept, 0.006), 5, 10, failures=refused)
    assert found is not None
    assert found.seconds == pytest.approx(0.2, abs=0.02)
    alone = measured(served(kept, 0.006), 5, 10, failures=refused[:2])
    assert alone is not None
    assert alone.seconds == 0, "two may be chance"


def test_an_outage_before_the_fault_must_not_count() -> None:
    acks = [*every(0.01, 0, 2), *every(0.01, 4, 10)]
    found = outage(acks, 5, 10)
    assert found is not None
    assert found.seconds < 0.1


def test_an_outage_that_starts_after_the_fault_must_count() -> None:
    found = outage([*every(0.01, 0, 6), *every(0.01, 8, 10)], 5, 10)
    assert found is not None
    assert found.seconds == pytest.approx(2.005)


def test_a_few_successes_must_not_be_a_recovery() -> None:
    flap = [6.0, 6.01, 6.02]
    found = outage([*every(0.01, 0, 5), *flap, *every(0.01, 9, 12)], 5, 12)
    assert found is not None
    assert (found.since, found.until) == (pytest.approx(4.995), pytest.approx(9.0))


def test_successes_between_failures_must_not_be_a_recovery() -> None:
    acks = [*every(0.01, 0, 5), *every(0.01, 7, 12)]
    # until 8 s every fifth write still fails, given up only at 20 s
    failures = every(0.05, 5.0, 8.0)
    found = outage(acks, 5, 12, failures=failures)
    assert found is not None
    assert found.until == pytest.approx(7.96, abs=0.011)


def test_writes_sent_in_the_outage_and_given_up_later_must_not_prolong_it() -> None:
    acks = [*every(0.01, 0, 5), *every(0.01, 7, 12)]
    found = outage(acks, 5, 12, failures=every(0.01, 5, 6.9))
    assert found is not None
    assert found.until == pytest.approx(7.0)


@pytest.mark.parametrize(
    "acks",
    [
        [],
        every(0.01, 0, 5),
        [*every(0.01, 0, 5), 7.0, 7.01, 7.02],
        [*every(0.01, 0, 6)],
        [*every(0.01, 0, 5), *every(0.01, 7, 8)],
    ],
    ids=["no writes", "none after", "too few after", "out later", "out again"],
)
def test_no_recovery_must_be_no_outage_measured(acks: list[float]) -> None:
    assert outage(acks, 5, 10) is None


def test_without_writes_before_the_fault_it_must_count_from_the_fault() -> None:
    waited = [(at, 7.0) for at in (5.1, 5.2, 5.3)]
    found = measured([*waited, *served(every(0.01, 7, 9), 0.0)], 5, 9)
    assert found is not None
    assert found.since == 5
    assert found.seconds == pytest.approx(2.0)


@given(phase=st.floats(0, 1, exclude_max=True), silence=st.floats(0.5, 30))
def test_a_silence_must_be_found_to_half_a_usual_gap_wherever_it_begins(
    phase: float, silence: float
) -> None:
    """A server silent from 5 s on, for ``silence``: what was sent then is answered at its end."""
    gap, begin = 0.02, 5 + phase * 0.02
    sent = every(gap, 0, begin + silence + 2)
    acks = [begin + silence if begin <= message < begin + silence else message for message in sent]
    found = measured(list(zip(sent, acks, strict=True)), begin, acks[-1])
    assert found is not None
    assert found.seconds == pytest.approx(silence, abs=gap / 2 + 1e-6)


@given(
    gap=st.sampled_from([0.005, 0.02, 0.1]),
    before=st.integers(ROW + 1, 50),
    after=st.integers(ROW + 1, 50),
    silence=st.floats(2, 30),
    shift=st.floats(0, 1000),
)
def test_an_outage_must_be_found_whole_wherever_it_is(
    gap: float, before: int, after: int, silence: float, shift: float
) -> None:
    early = [shift + gap * number for number in range(before)]
    late = [early[-1] + silence + gap * number for number in range(after)]
    found = outage([*late, *early], early[-1] + gap / 2, late[-1] + gap)
    assert found is not None
    assert found.seconds == pytest.approx(silence - gap / 2)
    assert found.resolution == pytest.approx(gap)


@given(st.lists(st.floats(0, 20), max_size=80), st.floats(0, 20), st.lists(st.floats(0, 20)))
def test_an_outage_must_lie_between_acknowledgements(
    acks: list[float], start: float, failures: list[float]
) -> None:
    found = outage(acks, start, 20, failures=failures)
    if found is not None:
        assert found.until in acks or (found.since, found.until) == (start, start)
        last = found.since - found.resolution / 2
        assert found.since in (start, found.until) or any(
            moment == pytest.approx(last, abs=1e-6) for moment in acks
        )
        assert found.until >= start
        assert found.seconds == found.until - found.since >= 0
        assert found.resolution >= 0
