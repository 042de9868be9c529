"""A pause's truth is known to lie between what was asked for and what the engine recorded."""

from __future__ import annotations

import pytest

from sdctl.judge.outage import Outage
from sdctl.selftest.checks.live_pause import PauseTrial


def trial(recorded_s: float, found_s: float) -> PauseTrial:
    outage = Outage(since=10.0, until=10.0 + found_s, seconds=found_s, resolution=0.04)
    return PauseTrial(asked_s=3.0, recorded_s=recorded_s, found=outage)


@pytest.mark.parametrize(
    ("recorded_s", "found_s", "good"),
    [
        (2.98, 2.99, True),
        (2.98, 3.039, True),
        (2.98, 2.941, True),
        (2.98, 3.041, False),
        (2.98, 2.939, False),
        (3.05, 3.089, True),
        (3.05, 2.959, False),
    ],
)
def test_a_verdict_must_be_within_one_probe_interval_of_the_pause(
    recorded_s: float, found_s: float, good: bool
) -> None:
    assert trial(recorded_s, found_s).good is good


def test_a_pause_that_was_not_seen_must_not_be_good() -> None:
    assert not PauseTrial(asked_s=3.0, recorded_s=3.0, found=None).good
