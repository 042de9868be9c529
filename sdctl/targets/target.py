"""The contract with whatever runs the nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sdctl.targets.operations import Op


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A node as the engine sees it; its labels are the truth about what it is."""

    node: str
    tier: str
    component: str
    state: str
    """created, running, paused, restarting, exited, dead."""
    status: str
    """For people: ``Up 3 minutes``, ``Exited (137) 2 seconds ago``."""
    image: str
    labels: Mapping[str, str] = field(default_factory=dict)
    host_ports: Mapping[int, int] = field(default_factory=dict)
    """Port in the node → port on the host's loopback."""
    name: str = ""
    """As the engine has it."""
    networks: frozenset[str] = frozenset()
    """The stack's networks that it is connected to."""


@dataclass(frozen=True)
class Output:
    """What a command inside a node printed, and its exit code."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Removed:
    """The names of what was removed; and of each network that could not be, who is in it still:
    where that is nobody, the engine has lost count, and the next `up` takes the network over."""

    names: tuple[str, ...]
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Target(Protocol):
    """Only nodes with this stack's label are ever touched. Errors are ``SdctlError``."""

    def nodes(self) -> tuple[Instance, ...]:
        """All of the stack's nodes, running or not, by name."""
        ...

    def owners(self) -> Mapping[str, str | None]:
        """The owner's mark of each container and volume under the stack's name, by its name; see
        ``ownership.py``."""
        ...

    def restarts(self, nodes: Sequence[str]) -> Mapping[str, int]:
        """How often the engine restarted each of these nodes since it was last started."""
        ...

    def ended_at(self, node: str) -> float | None:
        """When this node last ended, in Unix seconds, though it may run again; None: never."""
        ...

    def missing_images(self, images: Sequence[str]) -> tuple[str, ...]:
        """Those of ``images`` that are not there yet."""
        ...

    def root(self) -> str:
        """The engine's own folder on the host; the nodes' logs are below it."""
        ...

    def version(self) -> str:
        """The engine's own name and version."""
        ...

    def cgroup_trees(self) -> tuple[str, str]:
        """Where on the host the kernel counts the containers' CPU time, and their memory."""
        ...

    def can_pull(self, reference: str) -> bool:
        """Whether an image is there, or its registry offers it."""
        ...

    def build(self, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
        """Build the images of ``nodes`` in parallel, a line of progress at a time."""
        ...

    def converge(self, bundle: Path) -> None:
        """Make networks, volumes and containers what the bundle says: new ones are created, changed
        ones made anew, surplus ones removed; none is started, unchanged ones are not touched."""
        ...

    def apply(self, op: Op) -> Output:
        """Carry one operation out."""
        ...

    def frozen(self, node: str, since: float) -> float | None:
        """For how many seconds a node was last paused, by the engine's own events after the Unix
        time ``since``; None: not, or it still is."""
        ...

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """A node's log, line by line. With ``timestamps`` each begins with the moment at which the
        engine took it, RFC 3339 in UTC, and a space: one clock for all nodes."""
        ...

    def attach(self, node: str, command: Sequence[str]) -> int:
        """Run a command inside a node on the user's own terminal; its exit code."""
        ...

    def remove(self, *, keep_data: bool) -> Removed:
        """Remove every container and network, and the volumes unless ``keep_data``."""
        ...
