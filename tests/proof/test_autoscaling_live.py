"""An autoscaler on a real stack: `make prove`. That it decides what Kubernetes decides is proved
beside it; this is whether a load gets the replicas that it needs, in time and at no request's cost.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import pytest

from tests.stacks import ROOT, Stack, eventually

pytestmark = [pytest.mark.proof, pytest.mark.docker]

MINUTES = float(os.environ.get("PROVE_MINUTES", "15"))
PERIOD_S = 15.0
WINDOW_S = 8.0
"""Over which a replica counts its requests."""
START_S = 10.0
"""A load, or a replica, begins within it."""
LEAST, MOST, EACH = 2, 8, 55
"""Replicas at least and at most, and how many requests a second one shall get: so 300 are 5.5 times
as many, and one more or less in a window changes no count."""


@dataclass
class Scaler:
    """One that runs, and what it has decided so far."""

    process: subprocess.Popen[str]
    decisions: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> None:
        """Until it ends."""
        assert self.process.stdout is not None
        self.decisions += map(json.loads, self.process.stdout)

    def counts(self) -> list[int]:
        """What it asked for, from decision to decision."""
        return [decision["desired"] for decision in self.decisions]


@contextmanager
def autoscaler(stack: Stack, *words: str) -> Iterator[Scaler]:
    """One of `app`; when told to end, the replicas stay."""
    own = ("--json", "autoscale", "app", "--min", str(LEAST), "--max", str(MOST), *words)
    with subprocess.Popen(
        stack.command(*own), env=stack.environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        scaler = Scaler(process)
        reader = Thread(target=scaler.read)
        reader.start()
        try:
            yield scaler
        finally:
            process.send_signal(signal.SIGINT)
            reader.join()


def loaded(stack: Stack, *words: str) -> subprocess.Popen[str]:
    own = ("--json", "load", "--workload", "mixed", *words)
    return subprocess.Popen(
        stack.command(*own), env=stack.environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def answered(load: subprocess.Popen[str]) -> None:
    """Wait for a load's end: not one of its requests failed."""
    shown, _ = load.communicate()
    requests = json.loads(shown)["requests"]
    assert requests["sent"] > 0
    assert requests["failed"] == requests["unknown"] == 0, requests


def running(stack: Stack) -> list[str]:
    """The replicas that are sent requests."""
    nodes = stack.json("status")["tiers"]["app"]["nodes"]
    return [node["name"] for node in nodes if node["health"] == "ok"]


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack("proof-autoscale", tmp_path_factory.mktemp("autoscale"))
    stack.clear()
    try:
        stack.up("lite")
        yield stack
    finally:
        stack.run("down", code=None)


@pytest.mark.timeout(600)
def test_the_predicted_replicas_must_be_there_within_two_periods_and_a_start(lite: Stack) -> None:
    """50 → 300 → 50 requests a second, of which each replica shall get 55. No request fails."""
    before_s, high_s, after_s = 30, 75, 90
    rates = (0, 50), (before_s, 50), (before_s + 1, 300), (before_s + high_s, 300)
    ramp = (*rates, (before_s + high_s + 1, 50), (before_s + high_s + after_s, 50))
    with autoscaler(lite, "--target-rps", str(EACH), "--down-window", "30s") as scaler:
        eventually(lambda: scaler.decisions, bool)
        began = time.time()
        load = loaded(lite, "--ramp", ",".join(f"{at}s:{rate}" for at, rate in ramp))
        answered(load)
    wanted = math.ceil(300 / EACH)
    up = began + before_s
    steady = [one["desired"] for one in scaler.decisions if began < one["at"] < up]
    assert set(steady) == {LEAST}
    reached = next(one for one in scaler.decisions if one["desired"] >= wanted)
    assert reached["desired"] == wanted, reached["line"]
    assert reached["at"] - up <= 2 * PERIOD_S + START_S
    there = next(one for one in scaler.decisions if one["current"] == wanted)
    assert [one["ready"] for one in there["replicas"]] == [True] * wanted
    assert there["at"] - reached["at"] <= PERIOD_S + START_S
    down = up + high_s
    high = [one["desired"] for one in scaler.decisions if reached["at"] < one["at"] < down]
    assert set(high) == {wanted}
    gone = next(one for one in scaler.decisions if one["at"] > down and one["desired"] == LEAST)
    assert gone["at"] - down <= 30 + 2 * PERIOD_S + WINDOW_S
    print([(round(one["at"] - up), one["line"]) for one in scaler.decisions])


@pytest.mark.timeout(60 * MINUTES + 300)
def test_a_constant_load_must_not_make_it_go_up_and_down(lite: Stack) -> None:
    """By CPU, which is never the same twice: it changes its direction once at the most."""
    # low, so that more than the least number has work, also on a quick machine
    target = ("--target-cpu", "20", "--down-window", "1m")
    with autoscaler(lite, *target) as scaler:
        answered(loaded(lite, "--rps", "120", "--duration", f"{60 * MINUTES:.0f}s"))
    steps = [after - before for before, after in itertools.pairwise(scaler.counts())]
    ways = [step > 0 for step in steps if step]
    turns = sum(one != other for one, other in itertools.pairwise(ways))
    print([(one["desired"], one["line"]) for one in scaler.decisions])
    assert len(scaler.decisions) >= 60 * MINUTES / PERIOD_S - 2
    assert LEAST < max(scaler.counts()) < MOST, "at an end it could not turn"
    assert turns <= 1, scaler.counts()


@pytest.mark.timeout(300)
def test_one_that_is_killed_must_change_nothing_and_the_next_one_go_on(lite: Stack) -> None:
    lite.run("scale", "app=2")
    load = loaded(lite, "--rps", "200", "--duration", "110s")
    with autoscaler(lite, "--target-rps", str(EACH)) as scaler:
        eventually(lambda: running(lite), lambda seen: len(seen) == 4, timeout_s=60)
        scaler.process.kill()
    before = lite.containers()
    time.sleep(2 * PERIOD_S)  # in which another one would have decided twice
    assert lite.containers() == before
    assert len(running(lite)) == 4
    with autoscaler(lite, "--target-rps", str(EACH)) as scaler:
        [first, *_] = eventually(lambda: scaler.decisions, bool)
        assert (first["current"], first["desired"]) == (4, 4), first["line"]
    assert lite.containers() == before
    answered(load)
