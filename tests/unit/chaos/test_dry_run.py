"""A dry run refuses what the command itself refuses, and changes nothing."""

from __future__ import annotations

import pytest
from world import World

from sdctl.__main__ import run
from sdctl.chaos import preparation
from sdctl.cli.context import Context
from sdctl.foundation.errors import NotReady, UsageError
from sdctl.state import observation
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
