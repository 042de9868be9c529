"""Faults of the network, each with its effect; and that every fault is undone, also when sdctl is
killed at any moment."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack as Kept
from tests import kernel_state
from tests.game_days import played
from tests.stacks import ROOT, Stack, docker, eventually

pytestmark = pytest.mark.docker

_LATE_S = 5.0
_BEFORE = 0.2
_BYSTANDER = "sdctl-e2e-bystander"
KINDS = (
    "partition database:leader rest",
    "partition app-1 database --one-way",
    "partition lb --from clients",
    "slow database:follower --latency 100ms --jitter 20ms",
    "loss app-1 --percent 20",
    "bandwidth cache:leader --rate 5mbit",
    "kill-leader database --how partition",
    "kill-leader database",
    "pause cache:any",
    "kill app:any",
    "stop worker:any",
    "cpu app:any --limit 20%",
    "memory worker:any --fill 90%",
    "lag follower",
    "dependency-down cache",
    "flush-cache",
    "slow-consumer --delay 500ms",
    "slow-queries --delay 100ms",
    "fail-messages --rate 30%",
)


DAY = """
description: a fault of the network of each kind, all at once
seed: 1
load: {rps: 30}
steady: {for: 3s}
faults:
  - {fault: slow, where: "cache:any", latency: 100ms, jitter: 20ms, for: 12s}
  - {fault: loss, where: app-2, percent: 10, for: 12s}
  - {fault: bandwidth, where: redis-1, rate: 2mbit, for: 12s}
  - {fault: partition, at: 1s, one: app-1, other: database, one-way: true, for: 10s}
  - {fault: dependency-down, at: 1s, tier: queue, for: 10s}
"""


CROWD = """
description: many faults at once, each of another kind
load: {rps: 20}
steady: {for: 3s}
faults:
  - {fault: slow, where: "cache:any", latency: 100ms, jitter: 20ms, for: 10s}
  - {fault: loss, where: app-2, percent: 20, for: 10s}
  - {fault: cpu, where: app-1, limit: "20%", for: 10s}
  - {fault: partition, at: 1s, one: app-1, other: database, one-way: true, for: 10s}
  - {fault: bandwidth, at: 1s, where: "cache:leader", rate: 5mbit, for: 10s}
  - {fault: lag, at: 1s, where: "follower", for: 10s}
  - {fault: dependency-down, at: 2s, tier: queue, for: 10s}
  - {fault: slow-queries, at: 2s, delay: 100ms, for: 10s}
"""


def test_each_fault_of_the_network_must_be_as_asked_and_lose_nothing(
    lite: Stack, tmp_path: Path
) -> None:
    faults = played(lite, tmp_path, DAY)
    latency, jitter = faults["slow"]["effects"]
    assert (latency["asked"], jitter["asked"]) == (100, 20)
    [loss], [rate] = faults["loss"]["effects"], faults["bandwidth"]["effects"]
    assert (loss["asked"], loss["tolerance"]) == (10, "± 1.5%")
    assert (rate["asked"], rate["tolerance"]) == (2000, "± 200 kbit/s")
    [cut] = faults["partition"]["effects"]
    reached = cut["more"]["reached"]
    assert reached["app-1"]["postgres-1"] is reached["app-1"]["postgres-2"] is False
    assert reached["postgres-1"]["app-1"] is reached["app-1"]["redis-1"] is True
    assert reached["app-1"]["rabbitmq-1"] is True, "another fault cuts that"
    [down] = faults["dependency-down"]["effects"]
    reached = down["more"]["reached"]["rabbitmq-1"]
    assert {node for node, open_ in reached.items() if not open_} >= {"app-1", "worker-1"}
    helpers = ("--filter", f"label=sdctl.stack={lite.name}", "--filter", "label=sdctl.helps")
    assert docker("ps", "-aq", *helpers) == []


@pytest.fixture
def bystander() -> Iterator[str]:
    """A container that is nobody's, on the stack's machine, with one of its nodes' names."""
    image = docker("images", "-q", "sdctl/python")[0]
    if docker("ps", "-aq", "--filter", f"name={_BYSTANDER}"):
        docker("rm", "-f", _BYSTANDER)
    docker("run", "-d", "--name", _BYSTANDER, "--label", "standing=by", "--hostname", "postgres-1",
           image, "sleep", "infinity")  # fmt: skip
    yield _BYSTANDER
    docker("rm", "-f", _BYSTANDER)


@pytest.mark.proof
@pytest.mark.timeout(4 * 3600)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into a container's network")
def test_every_fault_must_be_undone_whenever_sdctl_is_killed(
    lite: Stack, bystander: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SIGKILL at a random moment: one in five before the fault may be on, the others from when it
    is written down until just after it would be healed. In turns, one fault is on, or eight at
    once. Five seconds after the last fault's own end, or the kill, everything is as it was.
    `--injections` says how many faults must have been on; 200 take about forty minutes."""
    crowd = tmp_path / "crowd.yaml"
    crowd.write_text(CROWD)
    lite.run("--dry-run", "chaos", "run", str(crowd))
    chance = random.Random(request.config.getoption("--injections-seed"))
    label = f"sdctl.stack={lite.name}"
    stranger = kernel_state.state("standing=by")
    singles = itertools.cycle(KINDS)
    injected, late = Counter[str](), list[float]()
    while injected.total() < request.config.getoption("--injections"):
        eventually(lambda: lite.json("status")["healthy"], bool, timeout_s=120)
        before = kernel_state.state(label)
        kind = next(singles) if len(late) % 2 else "run"
        more = (str(crowd),) if kind == "run" else ("--for", "10s", "--rps", "20")
        process = subprocess.Popen(
            lite.command("chaos", *kind.split(), *more), env=lite.environment, cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if chance.random() < _BEFORE:
            time.sleep(chance.uniform(0.5, 4.0))
        else:
            eventually(lambda: _active(lite), bool, timeout_s=60)
            time.sleep(chance.uniform(0.0, 12.0))
        on = _active(lite)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        on |= _active(lite)
        injected.update(record.kind for record in on.values())
        # who is killed later than that was about to heal it
        end = max([time.time(), *(record.own_end.timestamp() for record in on.values())])
        looked_at = 0.0
        while looked_at < end + _LATE_S:  # a look itself takes seconds on a busy machine
            looked_at, seen = time.time(), kernel_state.state(label)
            if seen == before:
                break
            time.sleep(0.2)
        different = {
            name: (before.get(name), seen.get(name))
            for name in before.keys() | seen.keys()
            if before.get(name) != seen.get(name)
        }
        assert not different, f"killed {len(late)}, {kind}, {list(on)}: {different}"
        late.append(looked_at - end)
        assert kernel_state.state("standing=by") == stranger
        print(f"{len(late)} {kind}: {len(on)} on, {late[-1]:+.1f} s")
    print(f"killed {len(late)} times; faults on: {dict(injected)}; the latest {max(late):+.1f} s")


def _active(lite: Stack) -> dict[str, Record]:
    """The faults that are on now, by their names. The records are read, as a command would heal
    what is overdue."""
    os.environ["SDCTL_HOME"] = str(lite.home)
    try:
        return {record.id: record for record in fault_records.active(Kept(lite.name))}
    finally:
        del os.environ["SDCTL_HOME"]
