"""A test whose right answer is arithmetic: the server is frozen for a known time."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from sdctl.load.plan import LoadPlan
from sdctl.load.runner import LoadRunner
from sdctl.load.schedule import constant
from sdctl.workloads.mixed import Mixed

pytestmark = pytest.mark.sends

RATE, RUN_S, FREEZE_S = 200, 4.0, 1.0
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
    schedule = constant(RATE, RUN_S)
    wide = LoadPlan(base_url=url, schedule=schedule, workload=Mixed())
    narrow = LoadPlan(base_url=url, schedule=schedule, workload=Mixed(), max_connections=1)
    with LoadRunner(wide) as first, LoadRunner(narrow) as second:
        deadline = time.monotonic() + 20
        while (len(first.ledger) == 0 or len(second.ledger) == 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        time.sleep(FREEZE_S)
        process.send_signal(signal.SIGCONT)
        frozen_ms = (time.monotonic() - stopped) * 1000
        open_loop, one_connection = first.result(20), second.result(20)

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
