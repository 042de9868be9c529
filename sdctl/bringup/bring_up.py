"""What every step of an `up` works on."""

from __future__ import annotations

from dataclasses import dataclass

from sdctl.bringup.progress import Progress
from sdctl.design.topology import Topology
from sdctl.state import observation
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Report, Target


@dataclass(frozen=True)
class BringUp:
    """A stack that becomes what its topology says: by whom, and who is told."""

    target: Target
    topology: Topology
    stack: Stack
    progress: Progress

    def look(self) -> Snapshot:
        """The stack as it is now."""
        return observation.snapshot(self.target, self.stack)

    @property
    def report(self) -> Report:
        """What the target tells of its own steps."""
        return Report(self.progress.stage, self.progress.detail, self.progress.say)
