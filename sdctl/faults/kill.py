"""kill: nodes end at once, and stay away for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._on_nodes import TARGET, OnNodes
from sdctl.faults.ending import Ending, ForItsTime
from sdctl.faults.fault import option
from sdctl.targets.operations import Kill, Op, Start

if TYPE_CHECKING:
    from sdctl.state.snapshot import NodeStatus


@dataclass(frozen=True, kw_only=True)
class KillNodes(OnNodes):
    """The whole node ends at once, as when its machine loses power, and stays away for `--for`.
    Then it is started again. Nothing that was acknowledged may be lost, whichever node it is."""

    kind: ClassVar[str] = "kill"
    summary: ClassVar[str] = "end nodes at once, and start them again later"
    example: ClassVar[str] = "sdctl chaos kill database:follower --for 10s"
    ending: ClassVar[Ending] = ForItsTime()
    next_step: ClassVar[str] = (
        "Try `sdctl chaos kill database:majority --for 10s`: too few are left to take a write."
    )
    does: ClassVar[str] = "killed"

    where: str = option("any", TARGET, argument=True)

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """End it."""
        return Kill(node=node.name, cause=cause)

    def ends(self, node: str, cause: str) -> Op:
        """Start it."""
        return Start(node=node, cause=cause)


FAULT = KillNodes
