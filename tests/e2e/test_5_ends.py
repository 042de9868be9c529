"""How a stack ends, and what is left then: nothing. Last, as it takes the stack away."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.stacks import ROOT, Stack, docker

pytestmark = pytest.mark.docker


def test_an_interrupted_up_must_be_finished_by_the_next(lite: Stack) -> None:
    lite.run("down")
    for seconds in (1.5, 6.0):
        words = lite.command("up", "lite", "--set", f"gateway.port={lite.port}")
        process = subprocess.Popen(
            words, env=lite.environment, cwd=ROOT, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert lite.up("lite")["healthy"] is True


def test_a_container_that_an_interrupted_up_left_unconnected_must_be_made_anew(lite: Stack) -> None:
    before = lite.containers()
    project = f"sdctl-{lite.name}"
    docker("network", "disconnect", f"{project}_edge", f"{project}-observer-1")
    assert lite.json("status")["healthy"] is False
    assert lite.up("lite")["healthy"] is True
    after = lite.containers()
    assert {name for name in before if before[name] != after[name]} == {f"{project}-observer-1"}


def test_down_must_leave_nothing(lite: Stack) -> None:
    assert lite.leftovers()
    lite.run("down")
    assert lite.leftovers() == []
    assert not (lite.home / "stacks" / lite.name).exists()
    lite.run("status", code=7)
