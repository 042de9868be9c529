"""The fault must strike the share that was asked for, and end by itself."""

import pytest
from app_configs import SMALLEST

from sdctl.app.logs import Log
from sdctl.app.stores.database import Database
from sdctl.app.stores.injected_failures import InjectedFailureError, InjectedFailures, InjectedFault


def fault_at(now: list[float], draw: float) -> InjectedFailures:
    config = SMALLEST
    fault = InjectedFailures(
        Database(config, Log()), Log(), draw=lambda: draw, clock=lambda: now[0]
    )
    fault._fault = InjectedFault(rate=0.3, until="2026-01-01T00:00:00.000Z", ends=10.0)
    return fault


def test_it_must_strike_below_its_rate_only() -> None:
    with pytest.raises(InjectedFailureError, match="injected"):
        fault_at([0.0], draw=0.29).strike()
    fault_at([0.0], draw=0.3).strike()


def test_it_must_end_by_itself() -> None:
    now = [9.9]
    fault = fault_at(now, draw=0.0)
    assert fault.document() == {"rate": 0.3, "until": "2026-01-01T00:00:00.000Z"}
    now[0] = 10.0
    assert fault.document() is None
    fault.strike()
