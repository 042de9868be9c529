"""An observation → how many replicas there shall be, and each step on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.design.autoscaling import behaviour
from sdctl.design.autoscaling.calculator import Proposal, propose
from sdctl.design.autoscaling.observed import Memory, Note, Observation
from sdctl.design.autoscaling.settings import METRICS, AutoscaleSettings


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided, and from what: enough to decide it again."""

    seen: Observation
    settings: AutoscaleSettings
    memory: Memory
    """Before it."""
    proposals: tuple[Proposal, ...] = ()
    """Of each metric; none where the count was outside min and max, which needs no metric."""
    proposed: int | None = None
    """The largest of them; None: there is none to follow."""
    stabilised: int | None = None
    """What the windows leave of it."""
    allowed: int | None = None
    """What the policies allow on the way there; None: it goes nowhere."""
    desired: int
    """The outcome."""

    @property
    def at(self) -> float:
        """When."""
        return self.seen.at

    @property
    def current(self) -> int:
        """The count before it."""
        return self.seen.current

    def to_json(self) -> dict[str, Any]:
        """All of it. ``replayed`` decides again from this."""
        return {
            **self.seen.to_json(),
            "settings": self.settings.to_json(),
            "memory": self.memory.to_json(),
            "proposals": [proposal.to_json() for proposal in self.proposals],
            "proposed": self.proposed,
            "stabilised": self.stabilised,
            "allowed": self.allowed,
            "desired": self.desired,
        }


def decide(seen: Observation, memory: Memory, settings: AutoscaleSettings) -> Decision:
    """As the controller's ``reconcileAutoscaler`` of Kubernetes 1.34."""
    current, now = seen.current, seen.at
    # the first thing that is remembered is what was found
    memory = (
        memory
        if memory.recommendations
        else Memory(recommendations=(Note(now, current),), up=memory.up, down=memory.down)
    )

    def decided(desired: int, **steps: Any) -> Decision:
        return Decision(seen=seen, settings=settings, memory=memory, desired=desired, **steps)

    if current == 0 and settings.min != 0:
        return decided(0)
    if not settings.min <= current <= settings.max:
        return decided(min(max(current, settings.min), settings.max))
    asked = [metric for metric in METRICS if metric in settings.targets]
    proposals = tuple(propose(metric, seen, settings) for metric in asked)
    counts = [proposal.replicas for proposal in proposals if proposal.replicas is not None]
    proposed = max(counts, default=None)
    failed = len(counts) < len(proposals)
    if proposed is None or (failed and proposed < current):
        # a metric that cannot be had might have asked for more
        return decided(current, proposals=proposals)
    stable = behaviour.stabilised(current, proposed, memory, settings, now)
    desired, allowed = stable, None
    if stable > current:
        allowed = behaviour.most(current, memory, settings.up, now)
        desired = min(stable, allowed, settings.max)
    elif stable < current:
        allowed = behaviour.least(current, memory, settings.down, now)
        desired = max(stable, allowed, settings.min)
    return decided(
        desired, proposals=proposals, proposed=proposed, stabilised=stable, allowed=allowed
    )


def remembered(decision: Decision, *, carried_out: bool) -> Memory:
    """What is remembered after a decision that has been carried out, or could not be."""
    memory, settings, now = decision.memory, decision.settings, decision.at
    if decision.proposed is not None:
        memory = behaviour.recommended(memory, decision.proposed, settings, now)
    if carried_out:
        memory = behaviour.changed(memory, decision.current, decision.desired, settings, now)
    return memory


def replayed(document: Mapping[str, Any]) -> Decision:
    """The decision again, from its JSON."""
    return decide(
        Observation.from_json(document),
        Memory.from_json(document["memory"]),
        AutoscaleSettings.from_json(document["settings"]),
    )
