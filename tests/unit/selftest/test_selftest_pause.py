"""A pause's truth is known to lie between what was asked for and what the engine recorded."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.foundation.errors import UsageError
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger
from sdctl.judge.outage import Outage
from sdctl.load.announcement import announced
from sdctl.selftest import live
from sdctl.selftest.checks.live_pause import PauseTrial
from sdctl.state.snapshot import Snapshot, TierStatus
from sdctl.state.stack import Stack


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


class Running:
    """A stack with what the live checks need."""

    stack = Stack("sdctl")

    def snapshot(self) -> Snapshot:
        there = dict.fromkeys(live.NEEDED, TierStatus(healthy=True, leader=None, nodes=()))
        return Snapshot(stack="sdctl", profile="lite", healthy=True, at="", tiers=there)

    def way_in(self) -> tuple[str, dict[str, str]]:
        return "http://127.0.0.1:1", {}


def test_nothing_must_be_checked_beside_a_load_of_somebody_else() -> None:
    """A pause would be measured by that one, whose result is not known."""
    running: Any = Running()
    assert live.live(running).url == "http://127.0.0.1:1"
    place = runs.folder(running.stack, "r1").ledger
    ledger = Ledger("r1", path=place)
    ledger.flush()
    told = r"a load is sent .* \(run r1\)"
    with announced(running.stack, place), pytest.raises(UsageError, match=told):
        live.live(running)
    ledger.close()
