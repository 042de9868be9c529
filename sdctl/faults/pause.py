"""pause: a node, or every node of a tier, is frozen for an exact time."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._on_nodes import TARGET, OnNodes
from sdctl.faults.ending import Ending, ExactlyItsTime
from sdctl.faults.fault import option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation.units import duration
from sdctl.targets.operations import Op, Pause, Unpause

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import NodeStatus, Snapshot


@dataclass(frozen=True, kw_only=True)
class PauseNodes(OnNodes):
    """Every process of the node stops where it is and keeps its connections, as on a machine that
    hangs. The time runs from the call that freezes to the call that lets go, which take equally
    long. So the length is known, and shows how exactly `sdctl` measures."""

    kind: ClassVar[str] = "pause"
    summary: ClassVar[str] = "freeze nodes for an exact time"
    example: ClassVar[str] = "sdctl chaos pause database:leader --for 3s"
    measured: ClassVar[tuple[str, ...]] = ("pause",)
    ending: ClassVar[Ending] = ExactlyItsTime()
    next_step: ClassVar[str] = (
        "Try `sdctl chaos pause database:leader --for 40s`: longer than its lease, so that another "
        "one takes over."
    )
    does: ClassVar[str] = "paused"
    shortest_s: ClassVar[float] = 0.01

    where: str = option("gateway", TARGET, argument=True)
    for_: float = option(3.0, "How long, such as 3s.", parse=duration)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """Pauses in order, and unpauses in the same order. Nobody takes over in its time as from a
        leader that is gone: whether somebody does depends on how long it is."""
        plan = super().plan(snapshot, components)
        undo = self.heal(snapshot, plan.target)
        return dataclasses.replace(plan, undo=undo, leader_before=None, ends_with_nodes=True)

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Freeze it."""
        return Pause(node=node.name, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        """Let it go on."""
        return Unpause(node=node, cause=cause)


FAULT = PauseNodes
