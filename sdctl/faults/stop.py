"""stop: nodes shut down in order, and stay away for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._on_nodes import TARGET, OnNodes
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import option
from sdctl.targets.operations import Op, Start, Stop

if TYPE_CHECKING:
    from sdctl.state.snapshot import NodeStatus


@dataclass(frozen=True, kw_only=True)
class StopNodes(OnNodes):
    """The node is told to stop, finishes what it has begun, and hands over where it can, as when
    its machine is updated. It stays away for `--for`, and is then started again. Several nodes stop
    one after the other."""

    kind: ClassVar[str] = "stop"
    summary: ClassVar[str] = "shut nodes down in order, and start them again later"
    example: ClassVar[str] = "sdctl chaos stop app:any --for 10s"
    ending: ClassVar[Ending] = ForItsTime()
    next_step: ClassVar[str] = (
        "Try `sdctl chaos kill app:any --for 10s`: what was under way there is not finished first."
    )
    does: ClassVar[str] = "stopped"

    where: str = option("any", TARGET, argument=True)

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Tell it to stop."""
        return Stop(node=node.name, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        """Start it."""
        return Start(node=node, cause=cause)


FAULT = StopNodes
