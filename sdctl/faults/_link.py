"""What all faults of a node's network share: how long they are on, what undoes them, and how the
observer measures them from the other end."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sdctl.faults._kernel import IDLE_LEAST
from sdctl.faults._on_nodes import TARGET, WorseNodes
from sdctl.faults.fault import option
from sdctl.faults.fault_plan import LOAD_S, FaultPlan
from sdctl.foundation.units import duration
from sdctl.targets.network_operations import Impair, Restore
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.components.node import Ability
    from sdctl.state.snapshot import NodeStatus, Snapshot
    from sdctl.targets.target import Output

LEAST_S, LONGEST_S = 10.0, LOAD_S
"""Its effect is measured while it is on."""
SPARE_S = 10.0
"""So much later it is healed where its run is gone, and its helper ends by itself: on a busy
machine the measurement takes as long, and must not find that it is over."""
OBSERVER = "observer"
_WOKEN_LATE_MS = 0.5
_MEASURING = ("python3", "-m", "sdctl.observer.link.measuring")


def restored(target: str) -> tuple[Op, ...]:
    """What undoes any of them: also on nodes that are not there any more."""
    return tuple(Restore(node=node, cause="heal") for node in target.split(", "))


def measuring(snapshot: Snapshot, cause: str, *words: str) -> Exec:
    """A measurement that the observer makes."""
    observer = snapshot.tiers[OBSERVER].nodes[0].name
    return Exec(node=observer, command=(*_MEASURING, *words), cause=cause)


def told(outputs: Sequence[Output], name: str) -> float:
    """Pure: a figure of the last measurement."""
    return float(json.loads(outputs[-1].stdout)[name])


def machine_full(outputs: Sequence[Output]) -> str:
    """Pure: why the last measurement tells nothing: the helper that holds the packets, or the
    observer, had to wait for a processor. Empty where the machine had one to spare.

    A process that has one is woken 0.1 ms late, the median of a measurement. On a machine with 1%
    idle it was 0.9 ms, and 100 ms were seen as 107 ms; with none idle 30 ms, and 121 ms.
    """
    said = json.loads(outputs[-1].stdout)
    idle, late_ms = float(said["idle"]), float(said.get("woken_late_ms", 0.0))
    if idle >= IDLE_LEAST and late_ms < _WOKEN_LATE_MS:
        return ""
    return f"the machine was full ({idle:.0%} idle), so packets waited for a processor too"


@dataclass(frozen=True, kw_only=True)
class LinkFault(WorseNodes):
    """The base of those that make a node's own link worse."""

    requires: ClassVar[Ability | None] = "change the network of"
    does: ClassVar[str] = "given a worse network"
    shortest_s: ClassVar[float] = LEAST_S
    longest_s: ClassVar[float] = LONGEST_S

    where: str = option("database:leader", TARGET, argument=True)
    for_: float = option(30.0, "How long, such as 30s.", parse=duration)

    def spoiled(self) -> Mapping[str, Any]:
        """The fields of ``Impair`` that it is."""
        raise NotImplementedError

    def begins(self, node: NodeStatus, cause: str) -> Impair:
        """A helper."""
        for_s = self.for_ + SPARE_S
        return Impair(node=node.name, cause=cause, for_s=for_s, **self.spoiled())

    def ends(self, node: str, cause: str) -> Op:
        """No helper; its rules go with it."""
        return Restore(node=node, cause=cause)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """By helpers, which are seen to be there or not."""
        plan = super().plan(snapshot, components)
        return dataclasses.replace(
            plan,
            target=", ".join(operation.node for operation in plan.inject),
            tries=tuple(op.as_trial() for op in plan.inject[:1] if isinstance(op, Impair)),
            spare_s=SPARE_S,
            ends_with_nodes=False,
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """End the helpers."""
        return restored(target)
