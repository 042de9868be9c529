"""What a fault's last look missed, and the ledger and the servers' logs tell."""

from __future__ import annotations

import pytest

from sdctl.chaos.fault_verdict import load_ended, with_ledger, with_logs
from sdctl.judge.fault_timing import Timing
from sdctl.judge.ledger import Write
from sdctl.judge.run_facts import RunFacts


@pytest.mark.parametrize(
    ("back_at", "healed_at", "came_back"), [(13.0, 70.0, True), (72.0, 70.0, False)]
)
def test_writes_that_went_well_before_the_last_look_must_have_come_back(
    back_at: float, healed_at: float, came_back: bool
) -> None:
    """The last look may fall into a short gap, as a busy machine makes them."""
    moments = [n / 50 for n in range(500)] + [back_at + n / 50 for n in range(4000)]
    ledger = [Write(f"k{n}", at, at, "acknowledged") for n, at in enumerate(moments)]
    ledger += [Write(f"late{n}", 10.5 + n, back_at, "acknowledged") for n in range(3)]
    facts = RunFacts(led=True, came_back=False, lasted_s=60.0)
    assert with_ledger(facts, ledger, (10.0, healed_at)).came_back is came_back
    asked = RunFacts(came_back=None)
    assert with_ledger(asked, ledger, (10.0, healed_at)).came_back is None


def test_a_load_that_was_over_long_before_the_fault_must_be_why_nothing_was_seen() -> None:
    ledger = [Write(f"k{n}", n, n + 0.5, "acknowledged") for n in range(10)]
    assert load_ended(ledger, healed_at=20.0) is None, "writes may take so long to be given up"
    assert load_ended(ledger, healed_at=40.0) == "the load ended 30 s before the fault did"
    assert load_ended([], healed_at=40.0) is None


def test_a_leader_that_only_the_logs_saw_must_count() -> None:
    facts = RunFacts(led=False, came_back=False, lasted_s=60.0)
    assert with_logs(facts, Timing(failover_s=22.0)).led is True
    assert with_logs(facts, Timing(failover_s=61.0)).led is False
    assert with_logs(facts, Timing()).led is False
    assert with_logs(RunFacts(led=None, lasted_s=60.0), Timing(failover_s=22.0)).led is None
