"""drain: a node's machine is emptied, as before it is updated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._link import SPARE_S, restored
from sdctl.faults._on_nodes import TARGET, OnNodes
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import option
from sdctl.faults.fault_plan import LOAD_S, FaultPlan
from sdctl.foundation.units import duration
from sdctl.targets.network_operations import Drain, Helped, Restore
from sdctl.targets.operations import Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.components.node import Ability
    from sdctl.state.snapshot import NodeStatus, Snapshot
    from sdctl.targets.target import Output

_LEAVE_S = 60.0
"""A node that was told to leave has this long to end, also after its time: then it is known whether
the machine was empty."""


@dataclass(frozen=True, kw_only=True)
class DrainMachine(OnNodes):
    """The machine of the node takes no new nodes, and all nodes of the stack on it are told to
    leave, as before the machine is updated. Each shuts down in order and is made anew on another
    machine, and no tier loses more than one at a time. After `--for` the machine is open again; the
    observer stays where it is."""

    kind: ClassVar[str] = "drain"
    summary: ClassVar[str] = "on a cluster: empty the machine of a node, and open it again later"
    example: ClassVar[str] = "sdctl chaos drain database:leader --for 2m"
    ending: ClassVar[Ending] = ForItsTime()
    next_step: ClassVar[str] = (
        "Try `sdctl chaos kill database:leader`: nobody hands over when a machine dies."
    )
    requires: ClassVar[Ability | None] = "drain the machine of"
    does: ClassVar[str] = "moved"
    shortest_s: ClassVar[float] = 30.0
    longest_s: ClassVar[float] = LOAD_S

    where: str = option("database:leader", TARGET, argument=True)
    for_: float = option(
        120.0, "How long, such as 2m. The nodes leave within this time.", parse=duration
    )
    cordon_only: bool = option(False, "Close the machine, and tell no node to leave.")

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Close it, and empty it."""
        return Drain(node=node.name, cause=cause, for_s=self.for_, empty=not self.cordon_only)

    def ends(self, node: str, cause: str) -> Op:
        """Open it."""
        return Restore(node=node, cause=cause)

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """It is known by its nodes, wherever those are by then."""
        plan = super().plan(snapshot, components)
        nodes = [operation.node for operation in plan.inject]
        return dataclasses.replace(
            plan,
            target=", ".join(nodes),
            spare_s=SPARE_S + _LEAVE_S,
            effects=tuple(self._effect(node) for node in nodes),
            leader_before=None if self.cordon_only else plan.leader_before,
        )

    def _effect(self, node: str) -> Effect:
        def read(outputs: Sequence[Output]) -> str:
            [seen] = outputs
            if seen.code:
                return "open"
            if seen.stdout and not self.cordon_only:
                return f"closed, and {seen.stdout} still there"
            return asked

        asked = "closed" if self.cordon_only else "closed and empty"
        return Effect(
            what=f"the machine that {node} was on",
            asked=asked,
            operations=(Helped(node=node, cause="is it empty?"),),
            read=read,
            within_s=_LEAVE_S,
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Open each."""
        return restored(target)


FAULT = DrainMachine
