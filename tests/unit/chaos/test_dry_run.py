"""A dry run refuses what the command itself refuses, and changes nothing."""

from __future__ import annotations

import pytest
from left_by_a_run import killed
from world import World

from sdctl.__main__ import run
from sdctl.chaos import preparation
from sdctl.cli.context import Context
from sdctl.faults.fault import Fault
from sdctl.faults.fill_memory import FillMemory
from sdctl.faults.loss import Loss
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import NotReady, UsageError
from sdctl.state import fault_records, observation
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec
from sdctl.targets.recording import RecordingTarget


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """What runs, of which the dry run only reads."""
    real = World()
    monkeypatch.setattr(Context, "engine", RecordingTarget(reads=real))
    monkeypatch.setattr(observation, "snapshot", real.look)
    monkeypatch.setattr(preparation, "WELL_S", 0.0)
    return real


def test_a_disk_without_a_size_must_not_be_filled(world: World) -> None:
    with pytest.raises(UsageError, match="its volume has no size of its own"):
        run(["--dry-run", "chaos", "fill-disk", "database:leader"])
    assert all(isinstance(op, Exec) for op in world.ops), "it was asked, and not changed"


def test_a_stack_that_is_not_well_must_be_left_alone_but_for_anyway(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.ill = {"postgres-2": "it does not stream"}
    with pytest.raises(NotReady, match="not every node is well"):
        run(["--dry-run", "chaos", "pause", "postgres-2"])
    assert run(["--dry-run", "chaos", "pause", "postgres-2", "--anyway"]) == 0
    assert "pause postgres-2" in capsys.readouterr().out
    assert world.ops == []


@pytest.mark.parametrize(
    ("fault", "undone"),
    [
        (FillMemory(where="postgres-2"), "heal memory of postgres-2"),
        (Loss(where="postgres-2"), "postgres-2: heal"),
        (PauseNodes(where="postgres-2"), "unpause postgres-2: heal pause"),
    ],
)
def test_a_fault_must_stay_on_and_written_down_when_its_healing_is_only_looked_at(
    world: World, capsys: pytest.CaptureFixture[str], fault: Fault, undone: str
) -> None:
    """Its healer ends where the record is closed: nobody would heal it any more."""
    stack = Stack("sdctl")
    opened = fault_records.open_record(
        stack, kind=fault.kind, params=fault.params(), how=None, tier="database",
        target="postgres-2", for_s=60,
    )  # fmt: skip
    closed = fault_records.close_record(
        stack, fault_records.open_record(
            stack, kind="pause", params={}, how=None, tier="database", target="postgres-1", for_s=1,
        )
    )  # fmt: skip
    assert run(["--dry-run", "chaos", "heal", "--all"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if undone in line]
    assert fault_records.own(stack, opened.id) == opened
    assert world.ops == []
    assert run(["--dry-run", "chaos", "heal", closed.id]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_a_bench_must_say_its_fault_once_how_often_its_load_and_for_how_long(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--dry-run", "bench", "failover", "--trials", "3"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "3 trials, each beside a load of 100 rps (ledger)",
        "about 15 s a trial, 45 s in all; longer while a node is not well yet",
        "the first one:",
        "kill postgres-1: it leads the database",
    ]
    assert world.ops == []


def test_a_killed_run_must_not_be_judged_when_that_is_only_looked_at(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack("sdctl")
    folder = killed(stack, "aaaa1111")
    before = sorted(folder.path.iterdir())
    assert run(["--dry-run", "verdict", "last"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "judge run aaaa1111 by what it wrote down: its stores are not there any more",
        f"write {folder.path}/verdict.json",
    ]
    folder.write("verdict", {"verdict": "pass"})
    assert run(["--dry-run", "verdict", "aaaa"]) == 0
    assert "verdict.json" not in capsys.readouterr().out, "what it was judged to be is kept"
    assert sorted(folder.path.iterdir()) == [*before, folder.path / "verdict.json"]
