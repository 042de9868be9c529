"""A test whose right answer is arithmetic: the server is frozen for a known time."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest
from test_load_runner import eventually

from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.runner import LoadRunner
from sdctl.load.schedule import constant
from sdctl.workloads.mixed import Mixed
from tests.stacks import in_three

pytestmark = pytest.mark.sends

RATE, RUN_S, FREEZE_S = 50, 4.0, 1.0
LATE_MS = 250
"""What a busy machine may be late: far less than what the freeze costs."""


@pytest.mark.slow("a freeze in a load of four seconds")
def test_a_frozen_server_must_cost_what_arithmetic_says(
    separate_service: tuple[subprocess.Popen[str], str],
) -> None:
    """Frozen for D in a run of T at an even rate, a request due x into the freeze takes D - x.

    So a share (D - v)/T of all requests takes longer than v, and the response p99 is D - T/100.
    A generator with one connection can send only one request into the freeze: its service p99
    shows nothing, which is why service time alone is not to be believed.
    """
    process, url = separate_service
    in_three(lambda: _judge(*_frozen_once(process, url)))


def _judge(frozen_ms: float, open_loop: LoadResult, one_connection: LoadResult) -> None:
    p99_ms = frozen_ms - RUN_S * 10
    for result in (open_loop, one_connection):
        assert result.sent == result.ok == RATE * RUN_S
        assert result.response.p99 == pytest.approx(p99_ms, abs=LATE_MS)
        assert result.response.max == pytest.approx(frozen_ms, abs=LATE_MS)
        assert result.response.p50 is not None
        assert result.response.p50 < LATE_MS
    assert open_loop.service.p99 == pytest.approx(p99_ms, abs=LATE_MS)
    assert one_connection.service.p99 is not None
    assert one_connection.service.p99 < LATE_MS
    assert one_connection.service.max == pytest.approx(frozen_ms, abs=LATE_MS)


def _frozen_once(process: subprocess.Popen[str], url: str) -> tuple[float, LoadResult, LoadResult]:
    """For how many milliseconds, and what two generators made of it."""
    schedule = constant(RATE, RUN_S)
    wide = LoadPlan(base_url=url, schedule=schedule, workload=Mixed())
    narrow = LoadPlan(base_url=url, schedule=schedule, workload=Mixed(), max_connections=1)
    with LoadRunner(wide) as first, LoadRunner(narrow) as second:
        eventually(lambda: len(first.ledger) and len(second.ledger), 20)
        process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        time.sleep(FREEZE_S)
        process.send_signal(signal.SIGCONT)
        frozen_ms = (time.monotonic() - stopped) * 1000
        return frozen_ms, first.result(60), second.result(60)
