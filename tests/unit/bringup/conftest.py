"""A machine of `lite` on the engine's double, and `up` on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sdctl.bringup import canary, lifecycle
from sdctl.bringup.doctor import machine as reading
from sdctl.foundation import waiting
from sdctl.state import observation
from sdctl.targets.bundle import Bundle
from tests.unit.bringup.made_machine import STACK, Machine, Make, Told, Up
from tests.unit.bringup.sound import SOUND


@pytest.fixture
def machine(topology_of: Make, bundle_of: Callable[..., Bundle]) -> Machine:
    profile = ("lite", "gateway.port=18199")
    return Machine(topology_of(*profile), bundle_of(*profile))


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> Up:
    """`up` on the machine; the proof itself is that of the real stacks."""
    assert waiting.until.__kwdefaults__ is not None
    monkeypatch.setitem(waiting.until.__kwdefaults__, "every_s", 0.02)
    monkeypatch.setattr(observation, "snapshot", machine.look)
    monkeypatch.setattr(reading, "read", lambda *_: SOUND)
    monkeypatch.setattr(canary, "prove", lambda *_, **__: canary.Proof(steps=()))

    def run(told: Told | None = None, *, timeout_s: float = 20.0) -> lifecycle.Up:
        topology = machine.topology
        return lifecycle.up(machine, topology, STACK, told or Told(), timeout_s=timeout_s)

    return run
