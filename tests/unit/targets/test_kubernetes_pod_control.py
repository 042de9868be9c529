"""A pod that is frozen must be let go, also where sdctl did not live to see that it was."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.targets.kubernetes import answers, pod_control
from tests.unit.targets.kubernetes_objects import Object


class Killed(BaseException):
    """The end of sdctl."""


class World:
    """A pod that does what it is sent; ``dies_after`` so many calls, sdctl is killed."""

    def __init__(self, dies_after: int | None = None) -> None:
        self.pod: Object = {
            "metadata": {"name": "app-1", "annotations": {}},
            "status": {"containerStatuses": [{"state": {"running": {}}}]},
        }
        self.signals: list[str] = []
        self._left = dies_after

    def patch(self, kind: str, name: str, change: Object) -> None:
        notes = self.pod["metadata"]["annotations"]
        for key, value in change["metadata"]["annotations"].items():
            notes.pop(key, None)
            if value is not None:
                notes[key] = value
        self._called()

    def execute(self, pod: str, command: tuple[str, ...]) -> tuple[int, str, str]:
        self.signals.append(command[-1])
        self._called()
        return 0, "", ""

    def _called(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise Killed


@pytest.mark.parametrize("dies_after", [1, 2])
def test_a_pause_that_was_cut_short_must_be_undone(dies_after: int) -> None:
    world: Any = World(dies_after)
    with pytest.raises(Killed):
        pod_control.pause(world, world.pod)
    pod_control.unpause(world, world.pod)
    assert world.signals[-1] == "CONT"
    assert answers.PAUSED not in world.pod["metadata"]["annotations"]


def test_a_pause_must_last_from_when_the_pod_was_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    world: Any = World()
    monkeypatch.setattr("time.time", lambda: 100.0 + len(world.signals))
    pod_control.pause(world, world.pod)
    pod_control.unpause(world, world.pod)
    assert world.signals == ["STOP", "CONT"]
    assert world.pod["metadata"]["annotations"] == {answers.PAUSE: "101.0 102.0"}


def test_nothing_must_be_asked_before_the_call_that_freezes_as_the_time_runs_from_it() -> None:
    world: Any = World(dies_after=1)
    with pytest.raises(Killed):
        pod_control.pause(world, world.pod)
    assert world.signals == ["STOP"]


def test_a_pod_that_does_not_run_must_be_sent_nothing() -> None:
    world: Any = World()
    world.pod["status"] = {"phase": "Pending"}
    pod_control.unpause(world, world.pod)
    assert world.signals == []
