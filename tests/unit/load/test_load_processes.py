"""One run, several load processes."""

from __future__ import annotations

import signal
import time
from statistics import median

import pytest
from fake_orders import OrderService
from plans import Plan
from test_load_runner import eventually, interrupted_once_it_sends

from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Tick
from sdctl.load.runner import LoadError, LoadRunner
from sdctl.workloads.ledger import WrittenAndRead
from sdctl.workloads.orders import OrdersOnly

pytestmark = pytest.mark.sends


def test_processes_must_send_one_run(service: OrderService, plan: Plan) -> None:
    ticks: list[Tick] = []
    ledger = Ledger("r3")
    shared = plan(301, 1.0, workload=OrdersOnly(), run="r3", processes=3)
    with LoadRunner(shared, on_tick=ticks.append, ledger=ledger) as runner:
        result = runner.result(20)
    assert (result.sent, result.ok, result.processes) == (301, 301, 3)
    assert sorted(service.ids_by_key) == [f"r3-{number:08d}" for number in range(301)]
    assert {write.key: write.order_id for write in ledger} == service.ids_by_key
    assert ticks[-1].ok == ticks[-1].acknowledged == 301
    assert sum(tick.offered_rps * tick.span_s for tick in ticks) == pytest.approx(301)
    assert [tick.at_s for tick in ticks] == sorted(tick.at_s for tick in ticks)


def test_processes_must_interleave_in_time(plan: Plan) -> None:
    ledger = Ledger("r")
    with LoadRunner(plan(100, 1.0, workload=OrdersOnly(), processes=2), ledger=ledger) as runner:
        assert runner.result(20).sent == 100
    sent = {int(write.key[-8:]): write.sent_at for write in ledger}
    first, second = (
        median(at - number / 100 for number, at in sent.items() if number % 2 == part)
        for part in (0, 1)
    )
    # were each at its own pace, or had they begun apart, the two would drift
    assert abs(first - second) < 0.1


def test_a_client_must_find_its_orders_whichever_process_it_is_in(plan: Plan) -> None:
    with LoadRunner(plan(400, 0.5, workload=WrittenAndRead(), processes=2)) as runner:
        result = runner.result(20)
    assert result.reads_checked > 20
    assert result.stale_reads == result.failed == 0


def test_when_one_process_dies_all_must_end_and_the_run_be_an_error(plan: Plan) -> None:
    with LoadRunner(plan(100, 60, processes=2)) as runner:
        eventually(lambda: runner.latest is not None)
        runner.processes[1].popen.send_signal(signal.SIGKILL)
        with pytest.raises(LoadError, match="exit code -9"):
            runner.result(15)
        assert all(process.popen.poll() is not None for process in runner.processes)


def test_what_all_processes_sent_until_ctrl_c_must_be_a_result(plan: Plan) -> None:
    with LoadRunner(plan(50, 60, processes=2)) as runner:
        interrupted_once_it_sends(runner)
        runner.stop()
        result = runner.result(timeout_s=15)
    assert 0 < result.sent < 1000
    assert result.sent == result.ok


def test_a_run_that_is_stopped_before_it_begins_must_end(plan: Plan) -> None:
    started = time.monotonic()
    with LoadRunner(plan(50, 60, processes=2)) as runner:
        runner.stop()
        assert runner.result(15).sent < 200
    assert time.monotonic() - started < 15


def test_the_machines_cpu_must_be_told(plan: Plan) -> None:
    with LoadRunner(plan(100, 0.5)) as runner:
        host = runner.result(20).host
    assert host is not None
    assert set(host) == {"cpu_idle", "cpu_steal"}
    assert all(share is None or 0 <= share <= 1 for share in host.values())
