from __future__ import annotations

import time
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


def sent_before(acks: Sequence[float]) -> tuple[list[tuple[float, float]], list[float]]:
    """Writes that were acknowledged then, and when others were sent that failed. Over each silence
    the load sent on: three of what was sent in it waited to its end, the others failed."""
    times = sorted(acks)
    gap = min((b - a for a, b in pairwise(times) if b > a), default=0.01)
    silences = [
        (b, every(max(gap, (b - a) / 9999), a + gap, b - gap / 2))
        for a, b in pairwise(times)
        if b - a > 5 * gap
    ]
    late = [(at, b) for b, sent in silences for at in sent[:3]]
    return [*((at, at) for at in acks), *late], [at for _, sent in silences for at in sent[3:]]


def outage(
    acks: Sequence[float], start: float, end: float, failures: Sequence[float] = (), **more: Any
) -> Outage | None:
    good, failed = sent_before(acks)
    return measured(good, start, end, failures=[*failed, *failures], **more)


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


def test_a_silence_must_be_a_stop_though_the_load_could_send_little_in_it() -> None:
    """Seen of a load over four connections: two of its writes were sent just before the silence and
    two in it, and none was left to send the others."""
    sent = every(0.04, 0, 5)
    held_up = [(4.9695, 8.0), (4.9697, 8.0), (5.03, 8.02), (5.05, 8.02)]
    acks = [*((at, at + 0.01) for at in sent), *held_up, *served(every(0.04, 8, 12), 0.01)]
    found = measured(acks, 4.9, 12)
    assert found is not None
    assert found.seconds == pytest.approx(3.0, abs=0.05)
    assert found.resolution == pytest.approx(0.04), "what could not be sent says nothing of a rate"


def test_writes_that_a_busy_machine_sent_late_and_at_once_must_not_be_a_finer_measure() -> None:
    sent = every(0.04, 0, 5)
    late = [*every(0.0001, 5.04, 5.041), *every(0.0001, 5.2, 5.201)]
    acks = [*((at, at + 0.01) for at in sent), *((at, 5.25) for at in late),
            *served(every(0.04, 5.3, 12), 0.01)]  # fmt: skip
    found = measured(acks, 4.9, 12)
    assert found is not None
    assert found.seconds == pytest.approx(0.25, abs=0.03)
    assert found.resolution == pytest.approx(0.04)


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


@pytest.mark.parametrize("held", [False, True], ids=["refused", "held up"])
def test_an_outage_before_the_fault_must_not_make_the_measure_coarser(held: bool) -> None:
    """100 a second. From 10 s to 40 s none came back, or all at the end; from 50 s to 50.15 s none
    did."""
    sent = [n / 100 for n in range(6000)]
    acks = [(at, 40.0 if 10 < at < 40 else at + 0.01) for at in sent if not 50 < at < 50.15]
    refused = [at for at in sent if 50 < at < 50.15]
    if not held:
        refused += [at for at in sent if 10 < at < 40]
        acks = [(at, done) for at, done in acks if not 10 < at < 40]
    found = measured(acks, 45.0, 60.0, failures=refused)
    assert found is not None
    assert found.resolution == pytest.approx(0.01, rel=0.02)
    assert found.seconds == pytest.approx(0.15, abs=0.01)
    quiet = measured(acks, 51.0, 60.0, failures=refused)
    assert quiet is not None
    assert quiet.resolution == pytest.approx(0.01, rel=0.02)


def test_an_outage_that_starts_after_the_fault_must_count() -> None:
    found = outage([*every(0.01, 0, 6), *every(0.01, 8, 10)], 5, 10)
    assert found is not None
    assert found.seconds == pytest.approx(2.005)


def test_a_few_successes_must_not_be_a_recovery() -> None:
    flap = [6.0, 6.01, 6.02]
    found = outage([*every(0.01, 0, 5), *flap, *every(0.01, 9, 12)], 5, 12)
    assert found is not None
    assert (found.since, found.until) == (pytest.approx(4.995), pytest.approx(9.0))


def test_a_success_here_and_there_between_failures_must_not_be_a_recovery() -> None:
    acks = [*every(0.01, 0, 5), *every(0.2, 7, 8), *every(0.01, 8, 12)]
    failures = [at + 0.005 for at in every(0.01, 5.0, 8.0)]
    found = measured(served(acks, 0.0), 5, 12, failures=failures)
    assert found is not None
    assert (found.since, found.until) == (pytest.approx(4.995, abs=1e-3), pytest.approx(8.0))


def test_a_time_in_which_writes_failed_in_part_must_be_no_stop() -> None:
    """A service that limps: three of four writes fail, and every fourth is acknowledged."""
    limping = every(0.01, 7, 25)
    acks = [*every(0.01, 0, 5), *limping[::4], *every(0.01, 25, 27)]
    failures = [*every(0.01, 5, 7), *(at for n, at in enumerate(limping) if n % 4)]
    found = measured(served(acks, 0.0), 5, 27, failures=failures)
    assert found is not None
    assert (found.since, found.until) == (pytest.approx(4.995), pytest.approx(7.0))


def test_writes_that_the_stop_held_up_must_not_cut_it_in_two() -> None:
    """A leader is killed at 5 s. Commits that had waited for a follower come through at 6.5 s, and
    a new leader takes writes at 7 s."""
    held_up = [(at, 6.5) for at in every(0.001, 4.97, 4.992)]
    acks = [*served(every(0.01, 0, 5), 0.002), *held_up, *served(every(0.01, 7, 12), 0.002)]
    found = measured(acks, 5, 12, failures=every(0.01, 5, 7))
    assert found is not None
    assert found.seconds == pytest.approx(2.0, abs=0.02)


def test_many_stops_must_not_be_looked_at_with_the_square_of_their_number() -> None:
    """Whoever waits for a fault's end asks several times a second, on the machine that is
    measured."""

    def seconds(stops: int) -> float:
        acks = [
            (second + number / 100, second + (0.2 if second > 10 and number < 20 else number / 100))
            for second in range(stops)
            for number in range(100)
        ]
        began = time.process_time()
        found = measured(acks, 10.0, stops - 0.01)
        took = time.process_time() - began
        assert found is not None
        assert found.seconds == pytest.approx(0.2, abs=0.02)
        return took

    assert seconds(800) < 10 * seconds(200)


def test_a_load_that_slows_down_must_be_judged_by_what_it_still_sends() -> None:
    """60 a second, and 1.5 a second from 20 s on: what is rare is not silent."""
    sent = [*every(1 / 60, 0, 20), *every(1 / 1.5, 20, 110)]
    none = measured(served(sent, 0.02), 42, sent[-1] + 0.02)
    assert none is not None
    assert none.seconds == 0
    # the leader is killed at 42 s, and what is sent until 46 s waits for the next one
    acks = [(at, 46.0 if 42 <= at < 46 else at + 0.02) for at in sent]
    stop = measured(acks, 42, acks[-1][1])
    assert stop is not None
    assert stop.until == 46
    assert stop.seconds == pytest.approx(4.0, abs=0.67)
    assert stop.resolution == pytest.approx(1 / 1.5)


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
