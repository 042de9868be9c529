"""The contract: what a target is. A target runs one stack's nodes: Docker Compose on this machine,
in the folder ``compose/``; a cluster, in ``kubernetes/``; a double that writes everything down, in
``recording.py``.

What only one target has (its states, its files, its addresses) has its words in that target's
folder alone. All others speak in the words of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.changes import Changes
from sdctl.targets.check_result import TargetReport
from sdctl.targets.operations import Op

State = Literal["running", "frozen", "restarting", "waiting", "down"]
"""``waiting``: it will run without anybody's help, once there is room or its image has come."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A node as the target has it, running or not. What it was made from is the truth about it."""

    node: str
    tier: str
    component: str
    state: State
    shown: str = ""
    """The target's own word for its state, for people and for JSON; empty: as ``state``."""
    status: str = ""
    """More for people: ``Up 3 minutes``, ``Exited (137) 2 seconds ago``."""
    young: bool = False
    """Whether it was made or started less than a minute ago, so that it may be starting still."""
    image: str = ""
    spec: str = ""
    """A digest of how it was made; as in the bundle where nothing differs."""
    addresses: Mapping[int, str] = field(default_factory=dict)
    """Port in the node → where this machine reaches it, as ``host:port``."""
    profile: str = ""
    """The name of the profile. This and the next two are kept with the observer alone, so that a
    changed profile does not touch nodes that it does not concern."""
    settings: str = ""
    """The profile with all settings, as JSON."""
    left_out: str = ""
    """What the profile asked for and this machine cannot have, and why, as JSON."""


@dataclass(frozen=True)
class Output:
    """What a command inside a node printed, and its exit code."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class History:
    """What the target remembers of a node."""

    restarts: int = 0
    """How often the target restarted it since it was last started."""
    ended_at: float | None = None
    """When it last ended, in Unix seconds, though it may run again; None: never."""
    started_at: float | None = None
    """When it last began to run, likewise; None: not known."""
    frozen_s: float | None = None
    """For how long it was last paused; None: not, or it still is, or nobody asked."""


@dataclass(frozen=True)
class Removed:
    """The names of what was removed; and of each network that could not be, who is in it still:
    where that is nobody, the target has lost count, and the next `up` takes the network over."""

    names: tuple[str, ...]
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Who is told what a long step is doing: its name when it begins, then each line of detail."""

    stage: Callable[[str], None]
    detail: Callable[[str], None]
    say: Callable[[str], None]
    """A line that stays."""


class Target(Protocol):
    """Only nodes of this stack are ever touched. Errors are ``SdctlError``."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do beyond running nodes."""
        ...

    @property
    def unable(self) -> Mapping[Ability, str]:
        """Why it cannot do what is not among them, for people."""
        ...

    @property
    def form(self) -> BundleForm:
        """How it writes a stack down as files."""
        ...

    @property
    def host(self) -> str:
        """The address at which this machine reaches the ports that the stack publishes."""
        ...

    @property
    def entrances(self) -> tuple[str, ...]:
        """Where the gateway is reached by others than this machine, as ``host:port`` or, at HTTP's
        usual port, ``host``; none: nowhere."""
        ...

    @property
    def version(self) -> str:
        """Its name and version. Raises ``TargetUnavailable`` where it does not answer."""
        ...

    def nodes(self) -> tuple[Instance, ...]:
        """All of the stack's nodes, running or not, by name."""
        ...

    def owners(self) -> Mapping[str, str | None]:
        """The owner's mark of everything under the stack's name, by the target's own names; see
        ``ownership.py``."""
        ...

    def offers(self, image: str) -> bool:
        """Whether an image is there, or its registry offers it."""
        ...

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """What of the target stands in the stack's way, and the room that it has. Changes nothing.
        Raises ``TargetUnavailable``."""
        ...

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        """What there is to change to have what the bundle of the topology says. Changes nothing."""
        ...

    def converge(
        self,
        topology: Topology,
        bundle: Bundle,
        folder: Path,
        report: Report,
        later: Collection[str] = (),
    ) -> None:
        """Make everything what the bundle, written into ``folder``, says: images and nodes that are
        missing are made, changed nodes are made anew, surplus ones removed. No node is started,
        and those that are right are not touched. Nor are those that are there and have their turn
        ``later``; a target that can "renew by turns" is told of none."""
        ...

    def apply(self, op: Op) -> Output:
        """Carry one operation out."""
        ...

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """What it remembers of a node; with ``paused_since`` (Unix time) also whether and for how
        long the node was paused after that. Nothing is remembered of a node that is gone."""
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
        target took it, RFC 3339 in UTC, and a space: one clock for all nodes."""
        ...

    def remove(self, *, keep_data: bool) -> Removed:
        """Remove every node and network, and the nodes' data unless ``keep_data``."""
        ...
