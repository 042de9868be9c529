"""A machine on which `up` makes nodes at once, and what `up` says meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sdctl.bringup import lifecycle
from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design.topology import Topology
from sdctl.state import merging, observation
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes
from sdctl.targets.operations import Op, Start
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Instance, Output, Report, State

STACK = Stack("s")
Make = Callable[..., Topology]
Up = Callable[..., lifecycle.Up]

_LEADERS = {"postgres-1": "leader", "rabbitmq-1": "leader", "etcd-1": "leader"}


class Machine(RecordingTarget):
    """Makes the nodes that the topology says, and each that is started is well at once."""

    def __init__(self, topology: Topology, bundle: Bundle) -> None:
        super().__init__()
        self.topology = topology
        self._bundle = bundle
        self.lacks_images = True
        self.build: Callable[[], None] = lambda: None
        self.ill: dict[str, str] = {}
        self.dead: set[str] = set()
        """Nodes that end again as soon as they are started."""
        self.crashes: dict[str, int] = {}
        self.away = False
        self.look_on: Callable[[], None] = lambda: None
        self.differ: set[str] = set()
        """Nodes that are made otherwise than they should be."""
        self.abilities_: frozenset[Ability] = ALL_ABILITIES - {"renew by turns"}
        self._made: dict[str, Instance] = {}

    @property
    def abilities(self) -> frozenset[Ability]:
        return self.abilities_

    def render(self, topology: Topology) -> Bundle:
        return self._bundle

    def nodes(self) -> tuple[Instance, ...]:
        return tuple(self._made.values())

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        if not self._made:
            return Changes(created=("app-1",))
        return Changes(recreated=tuple(sorted(self.differ)))

    def converge(
        self,
        topology: Topology,
        bundle: Bundle,
        folder: Path,
        report: Report,
        later: Collection[str] = (),
    ) -> None:
        if self.lacks_images:
            report.stage("build the images")
            self.build()
            self.lacks_images = False
        report.stage("create")
        super().converge(topology, bundle, folder, report, later)
        for node in topology.nodes:
            if node.name in self._made and node.name not in self.differ.difference(later):
                continue
            self.differ.discard(node.name)
            self._made[node.name] = Instance(
                node=node.name, tier=node.tier, component=node.component, state="down",
                status="Created", addresses={observation.OBSERVER_PORT: "127.0.0.1:1"},
            )  # fmt: skip

    def apply(self, op: Op) -> Output:
        done = super().apply(op)
        if isinstance(op, Start):
            self.set(op.node, "down" if op.node in self.dead else "running")
        return done

    def set(self, node: str, state: State) -> None:
        self._made[node] = replace(self._made[node], state=state, status="Exited (1)")

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        return History(restarts=self.crashes.get(node, 0))

    def logs(self, node: str, **_: object) -> Iterator[str]:
        yield f"the last line of {node}"

    def look(self, *_: object, **__: object) -> Snapshot:
        """What the observer says; nothing before it runs itself."""
        self.look_on()
        blind = self.away or self._made["observer-1"].state != "running"
        readings: list[Mapping[str, Any]] = [
            {"name": node.node, "role": _LEADERS.get(node.node), "facts": {},
             "health": "failing" if node.node in self.ill else "ok",
             "reason": self.ill.get(node.node, "")}
            for node in self.nodes()
            if node.state == "running" and not blind
        ]  # fmt: skip
        return merging.merge("s", self.nodes(), readings, reason="the observer is away")

    def started(self) -> list[str]:
        return [op.node for op in self.ops if isinstance(op, Start)]


class Told:
    """A progress that keeps the stages."""

    def __init__(self, at: Callable[[str], None] = lambda name: None) -> None:
        self.stages: list[str] = []
        self.waiting: list[dict[str, str]] = []
        self._at = at

    def stage(self, name: str) -> None:
        self.stages.append(name)
        self._at(name)

    def detail(self, text: str) -> None:
        """Nothing."""

    def done(self, text: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        self.waiting.append(dict(waiting))
