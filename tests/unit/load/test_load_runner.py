from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_orders import OrderService
from plans import Plan

from sdctl.foundation.errors import VerdictUnknown
from sdctl.judge.ledger import Ledger
from sdctl.load.beats import Tick
from sdctl.load.runner import LoadError, LoadMisled, LoadRunner
from sdctl.workloads.orders import OrdersOnly
from sdctl.workloads.workload import all_workloads

pytestmark = pytest.mark.sends

_PLUGIN = """
from dataclasses import dataclass
from typing import ClassVar

from sdctl.workloads.workload import all_workloads
from sdctl.workloads.workload import Request


@dataclass(frozen=True, kw_only=True)
class Probing:
    name: ClassVar[str] = "probing"
    summary: ClassVar[str] = "one path"
    expected: ClassVar[frozenset[int]] = frozenset({404})
    after: int = 1000

    def requests(self, rng, feedback):
        for _ in range(self.after):
            yield Request(b"GET", b"/v1/orders/none", "read", "")
        raise RuntimeError("the plug-in broke")


WORKLOAD = Probing
"""


def eventually(condition: Callable[[], object], timeout_s: float = 15) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def interrupted_once_it_sends(runner: LoadRunner) -> None:
    """Waits for its result, and is interrupted when it has told how it goes."""

    def interrupt() -> None:
        eventually(lambda: runner.latest is not None)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        runner.result()


def test_a_background_run_must_report_as_it_goes(service: OrderService, plan: Plan) -> None:
    ticks: list[Tick] = []
    known: list[int] = []
    ledger = Ledger("r2")

    def on_tick(tick: Tick) -> None:
        ticks.append(tick)
        known.append(len(ledger))

    shared = plan(100, 1.0, workload=OrdersOnly(), run="r2")
    with LoadRunner(shared, on_tick=on_tick, ledger=ledger) as runner:
        result = runner.result(20)
    assert any(0 < count < 100 for count in known)
    assert result.sent == result.ok == len(ledger) == 100
    assert {write.key: write.order_id for write in ledger} == service.ids_by_key
    assert runner.latest == ticks[-1]


def test_a_background_run_must_stop_when_told(plan: Plan) -> None:
    with LoadRunner(plan(100, 60)) as runner:
        eventually(lambda: runner.latest is not None)
        runner.stop()
        result = runner.result(10)
    assert result.duration_s < 30
    runner.stop()


def test_what_ran_until_ctrl_c_must_be_a_result(service: OrderService, plan: Plan) -> None:
    with LoadRunner(plan(50, 60)) as runner:
        interrupted_once_it_sends(runner)
        runner.stop()
        result = runner.result(timeout_s=15)
    assert 0 < result.sent < 500


def test_leaving_the_block_must_end_the_process(plan: Plan) -> None:
    with LoadRunner(plan(100, 60)) as runner:
        pass
    assert runner.processes[0].popen.poll() is not None


def test_a_process_that_dies_must_be_an_error(plan: Plan) -> None:
    with LoadRunner(plan(100, 60)) as runner:
        eventually(lambda: runner.latest is not None)
        runner.processes[0].popen.send_signal(signal.SIGKILL)
        with pytest.raises(LoadError, match="exit code -9") as caught:
            runner.result(10)
    # it is no bug of sdctl
    assert isinstance(caught.value, VerdictUnknown)


def test_a_result_must_not_be_waited_for_longer_than_asked(plan: Plan) -> None:
    with LoadRunner(plan(10, 60)) as runner, pytest.raises(TimeoutError):
        runner.result(0.01)


def test_what_a_tick_handler_raises_must_come_out(plan: Plan) -> None:
    def broken(tick: Tick) -> None:
        raise ValueError("cannot draw")

    runner = LoadRunner(plan(10, 60), on_tick=broken)
    with runner, pytest.raises(ValueError, match="cannot draw"):
        runner.result(10)


def test_a_plug_in_workload_must_run_in_the_background_and_break_aloud(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "workloads").mkdir()
    (tmp_path / "workloads" / "probing.py").write_text(_PLUGIN)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    probing = all_workloads()["probing"]
    with LoadRunner(plan(100, 0.2, workload=probing())) as runner:
        assert runner.result(20).ok == 20
    runner = LoadRunner(plan(100, 0.2, workload=probing(after=3)))  # type: ignore[call-arg]
    with runner, pytest.raises(LoadMisled) as caught:
        runner.result(20)
    line = next(n for n, text in enumerate(_PLUGIN.splitlines(), 1) if "raise" in text)
    file = tmp_path / "workloads" / "probing.py"
    assert caught.value.message == (
        f"the workload 'probing' in {file} failed in line {line}: RuntimeError: the plug-in broke"
    )


def test_the_load_must_not_outlive_its_owner(service: OrderService, tmp_path: Path) -> None:
    program = f"""
import time
from sdctl.load.plan import LoadPlan
from sdctl.load.runner import LoadRunner
from sdctl.load.schedule import constant
from sdctl.workloads.workload import all_workloads
from sdctl.workloads.orders import OrdersOnly

runner = LoadRunner(
    LoadPlan(base_url={service.url!r}, schedule=constant(100, 60), workload=OrdersOnly())
)
runner.start()
print(runner.processes[0].popen.pid, flush=True)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        eventually(lambda: service.ids_by_key)
        owner.kill()
    eventually(lambda: not _runs(pid), 10)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow("answers are waited for that do not come")
def test_what_the_end_of_a_run_cuts_off_must_be_in_its_ledger(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: None
    silent = plan(50, 30.0, workload=OrdersOnly(), timeout_s=20)
    with LoadRunner(silent) as runner:
        eventually(lambda: runner.latest is not None and runner.latest.in_flight > 5)
        runner.stop()
        result = runner.result(timeout_s=20)
    assert result.by_error["aborted"] == result.sent == len(runner.ledger)
    assert runner.ledger.count("unknown") == len(runner.ledger)
