"""The instrument on a live stack: known answers in, known answers out."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from tests.full_machine import told, uncounted
from tests.stacks import ROOT, Stack, eventually

pytestmark = pytest.mark.docker


@pytest.mark.proof
def test_the_live_selftest_must_pass_and_leave_the_stack_as_it_was(lite: Stack) -> None:
    for _ in range(3):
        done = lite.run("--json", "selftest", "--live", code=None)
        if done.returncode != 9:  # else the machine was too busy to tell
            break
    else:
        pytest.skip("this machine stayed too busy to tell")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    value = json.loads(done.stdout)
    wrong = [check for check in value["checks"] if not check["ok"]]
    assert wrong == []
    assert value["passed"]
    assert {check["check"] for check in value["checks"]} == {
        "live-pause", "live-deleted", "live-unanswered",
    }  # fmt: skip
    status = lite.json("status")
    assert status["healthy"]
    assert status["faults"] == []


def test_a_paused_gateway_must_cost_its_pause_and_no_write(lite: Stack) -> None:
    pause = ("chaos", "pause", "gateway", "--for", "2s", "--rps", "20")
    verdict = told(lambda: lite.json(*pause), uncounted)
    assert verdict["verdict"] == "pass"
    assert (verdict["fault"]["kind"], verdict["fault"]["target"]) == ("pause", "gateway")
    # a busy engine takes its time to freeze it and to let it go on
    assert verdict["rto_ms"] >= 1300
    assert verdict["rto_ms"] <= 2700 or not verdict["times_count"]
    assert verdict["writes"]["lost"] == verdict["writes"]["duplicated"] == []
    assert lite.node("gateway-1")["state"] == "running"


def test_a_pause_must_end_though_sdctl_was_killed(lite: Stack) -> None:
    process = subprocess.Popen(
        lite.command("chaos", "pause", "worker", "--for", "5s"),
        env=lite.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        eventually(lambda: lite.state("worker-1"), lambda s: s == "paused", timeout_s=90)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    eventually(lambda: lite.node("worker-1")["health"], lambda h: h == "ok", timeout_s=60)
    assert lite.json("status")["faults"] == []


def test_a_pause_of_what_cannot_be_paused_must_break_nothing(lite: Stack) -> None:
    lite.run("chaos", "pause", "nonsense", code=7)
    lite.run("chaos", "pause", "observer", code=2)
    assert lite.json("status")["faults"] == []
