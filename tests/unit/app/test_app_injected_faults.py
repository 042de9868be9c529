"""A fault must strike the share that was asked for, and end by itself."""

import pytest
from app_configs import SMALLEST

from sdctl.app import contract
from sdctl.app.logs import Log
from sdctl.app.stores.database import Database
from sdctl.app.stores.injected_faults import (
    FOR_GOOD,
    InjectedFailureError,
    InjectedFault,
    InjectedFaults,
)

UNTIL = "2026-01-01T00:00:00.000Z"


def faults_at(
    now: list[float], draw: float, kind: str = contract.FAIL_MESSAGES, amount: float = 0.3
) -> InjectedFaults:
    faults = InjectedFaults(
        Database(SMALLEST, Log()), Log(), draw=lambda: draw, clock=lambda: now[0]
    )
    faults._faults = {kind: InjectedFault(amount=amount, until=UNTIL, ends=10.0)}
    return faults


def test_it_must_strike_below_its_rate_only() -> None:
    with pytest.raises(InjectedFailureError, match="injected"):
        faults_at([0.0], draw=0.29).strike(first=False, why="injected")
    faults_at([0.0], draw=0.3).strike(first=True, why="")


def test_it_must_end_by_itself() -> None:
    now = [9.9]
    faults = faults_at(now, draw=0.0)
    assert faults.document() == {"fail-messages": {"amount": 0.3, "until": UNTIL}}
    now[0] = 10.0
    assert faults.document() == {}
    faults.strike(first=True, why="")


def test_a_message_that_fails_for_good_must_fail_at_every_attempt_also_after_the_fault() -> None:
    now = [0.0]
    faults = faults_at(now, draw=0.29, kind=contract.FAIL_MESSAGES_FOR_GOOD)
    with pytest.raises(InjectedFailureError, match=FOR_GOOD):
        faults.strike(first=True, why="")
    faults.strike(first=False, why="injected")  # only a first attempt is drawn for
    now[0] = 20.0
    with pytest.raises(InjectedFailureError, match=FOR_GOOD):
        faults.strike(first=False, why=FOR_GOOD)
    faults.strike(first=True, why="")  # as after a replay


def test_slow_queries_must_hold_connections_longer_while_they_last() -> None:
    now = [0.0]
    faults = faults_at(now, draw=1.0, kind=contract.SLOW_QUERIES, amount=0.2)
    assert faults._database.slowed_s() == 0.2
    now[0] = 10.0
    assert faults._database.slowed_s() == 0.0
