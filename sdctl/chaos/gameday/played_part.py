"""Plays one fault of a game day: at its time, and not beside one that is the same."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from sdctl.chaos import preparation
from sdctl.chaos.experiment import Experiment, RunningLoad, Steps
from sdctl.chaos.gameday.claims import Claims
from sdctl.chaos.gameday.game_day import Part
from sdctl.chaos.life import Life, live
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, SdctlError
from sdctl.state.snapshot import Snapshot

_EVERY_S = 0.5


@dataclass(frozen=True)
class _Named:
    """The steps of one fault among several: each says whose it is."""

    steps: Steps
    name: str

    def say(self, text: str) -> None:
        self.steps.say(self._named(text))

    def now(self, text: str) -> None:
        self.steps.now(self._named(text))

    def _named(self, text: str) -> str:
        """What begins with its name already, such as `pause app-1: …`, does not say it twice."""
        return text if text.startswith(f"{self.name}:") else f"{self.name}: {text}"


def play_part(
    experiment: Experiment,
    part: Part,
    name: str,
    load: RunningLoad,
    began: float,
    stop: threading.Event,
    claims: Claims,
) -> Life | str:
    """One fault from its time on, or why it did not begin: the day goes on without it. One that is
    the same, and still on or being healed, is waited for. Raises what keeps it from being
    healed."""
    if stop.wait(max(began + part.at_s - time.monotonic(), 0.0)):
        return "the run ended before"
    steps = _Named(experiment.steps, name)
    own = replace(experiment, fault=part.fault, steps=steps)
    patient_until = time.monotonic() + preparation.WELL_S
    while True:
        looked_at = time.monotonic()
        try:
            before, fault, plan = _planned(own, stop)
        except SdctlError as error:
            why = claims.asked(part.fault)
            if not why:
                return _not_begun(error.message, steps)
        else:
            with claims.claimed(fault, plan, looked_at) as why:
                if not why:
                    try:
                        return live(replace(own, fault=fault), plan, load, before, stop)
                    except SdctlError as error:
                        if claims.on(fault, plan):
                            raise
                        return _not_begun(error.message, steps)
        left_s = patient_until - time.monotonic()
        if left_s <= 0:
            return _not_begun(why, steps)
        steps.now(f"waiting: {why}")
        if stop.wait(min(_EVERY_S, left_s)):
            return "the run ended before"


def _planned(experiment: Experiment, stop: threading.Event) -> tuple[Snapshot, Fault, FaultPlan]:
    """Whom a fault hits is decided when its time has come. A tier that has no leader for a moment
    is waited for. Raises ``SdctlError`` where it cannot be done."""

    def planned() -> tuple[Snapshot, Fault, FaultPlan] | NoSuchTarget:
        seen = experiment.snapshot()
        try:
            fault = experiment.fault.pinned(seen, experiment.components, experiment.engine.apply)
            plan = preparation.planned(experiment.engine, fault, seen, experiment.components)
            return seen, fault, plan
        except NoSuchTarget as error:
            experiment.steps.now(f"waiting: {error.message}")
            return error

    _, found = waiting.until(
        planned,
        lambda found: not isinstance(found, NoSuchTarget) or stop.is_set(),
        timeout_s=preparation.WELL_S,
    )
    if isinstance(found, NoSuchTarget):
        raise found
    preparation.tried(experiment.engine, found[2])
    return found


def _not_begun(why: str, steps: Steps) -> str:
    steps.say(f"does not begin: {why}")
    return why
