"""What is to be made: what the checks hold against the machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sdctl.components.node import Node
from sdctl.design.topology import Topology
from sdctl.foundation import own_command
from sdctl.targets.check_result import TargetReport


@dataclass(frozen=True, kw_only=True)
class PlannedStack:
    """A stack that shall be."""

    topology: Topology
    running: Collection[str] = ()
    """Its nodes that run already, and so have what they take."""
    survey: TargetReport = field(default_factory=TargetReport)
    """What the target says."""
    answered: bool = True
    """Whether it is known which nodes run, and so what of the machine is the stack's own. It is not
    where the target does not answer, or while another command changes the stack."""
    said: Sequence[str] = ()
    """What was decided of the tiers that can be one or the other."""
    others: Callable[[], Mapping[str, int]] = dict
    """The profiles that come with sdctl → the bytes that each takes."""

    @property
    def new(self) -> tuple[Node, ...]:
        """The nodes that do not run yet."""
        return tuple(node for node in self.topology.nodes if node.name not in self.running)

    @property
    def ports(self) -> dict[int, Node]:
        """The ports of this machine that it publishes, and whose each is."""
        return {
            port.host: node
            for node in self.topology.nodes
            for port in node.ports
            if port.publish and port.host is not None
        }

    def command(self, words: str) -> str:
        """``sdctl up lite``, with this stack's name where it has one of its own."""
        return own_command.typed(words, self.topology.stack)
