"""What a fault will do, decided: to which tier and nodes, by which operations, for how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sdctl.targets.network_operations import Impair

if TYPE_CHECKING:
    from sdctl.components.node import Ability
    from sdctl.faults.effect import Effect
    from sdctl.targets.operations import Op

LOAD_S = 1800.0
"""So long the load goes on, at the most, that a fault sends. What is measured with it is no
longer."""


@dataclass(frozen=True, kw_only=True)
class FaultPlan:
    """What a fault will do: to which tier and node, by which operations."""

    tier: str
    target: str
    """A node's name, names with commas between, or what stands for several (``2 workers``)."""
    how: str | None
    inject: tuple[Op, ...]
    for_s: float
    """It heals after this long at the latest, also when sdctl is gone by then."""
    spare_s: float = 0.0
    """How much later the process that outlives sdctl heals it at the latest. sdctl itself does so
    to the millisecond, and nobody is to be before it as long as it is there."""
    ends_with_nodes: bool = False
    """Whether it is over on a node that stops or is made anew, as it lives in that node alone."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """By node, the role for which it is hit: the fault is over where it has another one by then.
    Empty: it was hit by its name, or losing its role is what the fault is for."""
    tries: tuple[Op, ...] = ()
    """What shows that it can be done here, before anything is written down. They change nothing.
    One whose code is not 0 refuses the fault, and says why."""
    undo: tuple[Op, ...] = ()
    """What ends a fault that lasts exactly its time, without another look at the stack."""
    effects: tuple[Effect, ...] = ()
    """How it is seen that the fault is on. None: by the state of each node that it stops, kills or
    pauses. One that does not hold fails the command, and the fault is healed."""
    leader_before: str | None = None

    @property
    def cuts(self) -> bool:
        """Whether it does nothing but cut ways off: then another of its kind may be on beside it,
        also on the same nodes."""
        impairs = [op for op in self.inject if isinstance(op, Impair) and op.cuts]
        return len(impairs) == len(self.inject) > 0

    def seen_by(self, abilities: Collection[Ability], fault: str) -> FaultPlan:
        """With its effects as a target with these abilities can see them, of the fault of this
        id."""
        effects = (effect.by(abilities).of_fault(fault) for effect in self.effects)
        return replace(self, effects=tuple(effects))
