from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from days import Play, Ticking
from world import STACK, Conduct, Load, World

from sdctl.chaos import end, healer, preparation, readback, settling, visibility
from sdctl.chaos import run as chaos
from sdctl.chaos.experiment import Experiment, SilentSteps, Steps
from sdctl.chaos.gameday import steady as steady_state
from sdctl.chaos.gameday.game_day import GameDay
from sdctl.chaos.gameday.play import play
from sdctl.components.component import Component
from sdctl.components.node import Secret
from sdctl.design import validation
from sdctl.faults.fault import Fault
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation import waiting
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.verdict import Verdict
from sdctl.state import observation
from sdctl.state.stack import Stack


def looking_often(until: Callable[..., object]) -> Callable[..., object]:
    """The same, with a twentieth of a second between two looks, or less."""

    def hurrying(*args: object, every_s: float = 1.0, **options: object) -> object:
        return until(*args, every_s=min(every_s, 0.05), **options)

    return hurrying


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process for the healer, and short waits: this world is quick."""
    monkeypatch.setattr(waiting, "until", looking_often(waiting.until))
    monkeypatch.setattr(healer, "start_healer", lambda stack, record: None)
    monkeypatch.setattr(visibility, "BLIND_S", 0.3)
    monkeypatch.setattr(settling, "SETTLE_S", 0.5)
    monkeypatch.setattr(end, "AFTER_S", 0.1)
    monkeypatch.setattr(preparation, "WELL_S", 0.1)
    monkeypatch.setattr(end, "RETURN_S", 0.3)


@pytest.fixture
def conduct(
    monkeypatch: pytest.MonkeyPatch, hurried: None, components: Mapping[str, Component]
) -> Conduct:
    """One fault on a world."""

    def run(world: World, fault: Fault | None = None, steps: Steps | None = None) -> Verdict:
        monkeypatch.setattr(observation, "snapshot", world.look)
        monkeypatch.setattr(readback, "holdings", world.holdings)
        fault = fault or KillLeader(for_=1.0)
        experiment = Experiment(
            engine=world, stack=STACK, profile=validation.load("lite"),
            components=components, fault=fault, steps=steps or SilentSteps(),
        )  # fmt: skip
        return chaos.run(experiment, fault.plan(world.look(), components), Load(world))

    return run


@pytest.fixture
def played(
    monkeypatch: pytest.MonkeyPatch, hurried: None, components: Mapping[str, Component]
) -> Play:
    """A day on a world of three nodes."""
    monkeypatch.setattr(steady_state, "PATIENCE_S", 0.1)

    def run(world: World, day: GameDay, steps: Steps | None = None) -> DayVerdict:
        monkeypatch.setattr(observation, "snapshot", world.look)
        monkeypatch.setattr(readback, "holdings", world.holdings)
        experiment = Experiment(
            engine=world, stack=STACK, profile=validation.load("lite"),
            components=components, fault=day.parts[0].fault, steps=steps or SilentSteps(),
        )  # fmt: skip
        return play(experiment, day, Ticking(world))

    return run


@pytest.fixture
def stack() -> Stack:
    made = Stack("s")
    made.make_secrets([Secret("observer")])
    return made
