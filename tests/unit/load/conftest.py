from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_orders import OrderService
from plans import Plan

from sdctl.load import sender
from sdctl.load.plan import LoadPlan
from sdctl.load.schedule import constant
from sdctl.workloads.mixed import Mixed


@pytest.fixture
def service() -> Iterator[OrderService]:
    with OrderService().in_thread() as running:
        yield running


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is planned is sent, however late a busy machine is with it."""
    monkeypatch.setattr(sender, "_GRACE_S", 30.0)


@pytest.fixture
def plan(service: OrderService, patience: None) -> Plan:
    """Builds short plans against the service: ``plan(rps, seconds, **what differs)``."""

    def build(rps: float = 300, seconds: float = 0.1, **changes: Any) -> LoadPlan:
        given: dict[str, Any] = {
            "base_url": service.url,
            "schedule": constant(rps, seconds),
            "workload": Mixed(),
            "timeout_s": 2.0,
            "tick_s": 0.1,
        }
        return LoadPlan(**{**given, **changes})

    return build


@pytest.fixture
def separate_service() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service as a process that a test may freeze, and its address."""
    program = Path(__file__).with_name("fake_orders.py")
    with subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
