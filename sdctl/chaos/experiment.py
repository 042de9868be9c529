"""What a fault's run is given: the stack, the fault, the load beside it, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sdctl.components.band import Band
from sdctl.components.component import Component
from sdctl.design.prediction import predict
from sdctl.design.profile import Profile
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.heirs import Heirs
from sdctl.judge.ledger import Write
from sdctl.load.result import LoadResult
from sdctl.state import observation
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Target


class RunningLoad(Protocol):
    """A load that runs beside the fault."""

    run: str

    def writes(self) -> Sequence[Write]:
        """What is known so far."""
        ...

    def ticks(self) -> Sequence[Mapping[str, Any]]:
        """Its ticks so far: what it counted, each second or oftener."""
        ...

    def stop(self) -> LoadResult | None:
        """End it, if it is ours to end; its result."""
        ...


class Steps(Protocol):
    """Whoever is told what happens."""

    def say(self, text: str) -> None:
        """A line that stays: a step begins, or what is known before it."""

    def now(self, text: str) -> None:
        """What is so within the step."""


class SilentSteps:
    """Nobody listens."""

    def say(self, text: str) -> None:
        """Nothing."""

    def now(self, text: str) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Everything a fault's run needs."""

    engine: Target
    stack: Stack
    profile: Profile
    components: Mapping[str, Component]
    fault: Fault
    steps: Steps = field(default_factory=SilentSteps)

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        return observation.snapshot(self.engine, self.stack)

    def heirs(self, plan: FaultPlan, seen: Snapshot) -> Heirs:
        """Who could take over from the plan's target."""
        return Heirs(plan=plan, profile=self.profile, components=self.components, seen=seen)

    def band(self, plan: FaultPlan) -> Band | None:
        """How long the settings say that it takes."""
        return predict(self.profile, self.components, plan.tier, plan.how)
