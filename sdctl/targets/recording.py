"""The double: carries nothing out, writes everything down. It is ``--dry-run``, and the tests'
target. Reads may come from a real target, so that a dry run decides on what is really there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from sdctl.components.node import ALL_ABILITIES, Ability
from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.changes import Changes, differing
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose.form import FORM
from sdctl.targets.network_operations import Connect, Drain, Helped, Impair, Restore
from sdctl.targets.operations import (
    Attach,
    Exec,
    Kill,
    LimitCpu,
    Op,
    Pause,
    Remove,
    Start,
    Stop,
    Unpause,
)
from sdctl.targets.target import History, Instance, Output, Removed, Report, State, Target

_AFTER: dict[type, State] = {
    Start: "running", Stop: "down", Kill: "down", Pause: "frozen", Unpause: "running",
}  # fmt: skip


class RecordingTarget:
    """``record`` holds one line per change that would have been made, in order."""

    def __init__(
        self,
        instances: Iterable[Instance] = (),
        *,
        reads: Target | None = None,
        outputs: Callable[[Exec], Output] = lambda op: Output(0, "", ""),
    ) -> None:
        self.record: list[str] = []
        self.ops: list[Op] = []
        self.helpers: dict[tuple[str, str], Impair | Drain] = {}
        """What impairs which node's network now, or closes its machine, by node and fault."""
        self._instances = {instance.node: instance for instance in instances}
        self._reads = reads
        self._outputs = outputs

    @property
    def abilities(self) -> frozenset[Ability]:
        """The real ones; without a real target, all."""
        return self._reads.abilities if self._reads else ALL_ABILITIES

    @property
    def unable(self) -> Mapping[Ability, str]:
        """The real reasons; without a real target, none."""
        return self._reads.unable if self._reads else {}

    @property
    def form(self) -> BundleForm:
        """The real one; without a real target, that of the usual one."""
        return self._reads.form if self._reads else FORM

    @property
    def host(self) -> str:
        """The real one; without a real target, this machine's own."""
        return self._reads.host if self._reads else "localhost"

    @property
    def entrances(self) -> tuple[str, ...]:
        """The real ones; without a real target, none."""
        return self._reads.entrances if self._reads else ()

    @property
    def version(self) -> str:
        """The real answer; without a real target, that there is none."""
        return self._reads.version if self._reads else "none"

    def nodes(self) -> tuple[Instance, ...]:
        """The given ones, as the recorded operations have left them, or the real ones."""
        if self._reads is not None:
            return self._reads.nodes()
        return tuple(self._instances[name] for name in sorted(self._instances))

    def owners(self) -> Mapping[str, str | None]:
        """The real answer; without a real target, nothing is anybody's."""
        return self._reads.owners() if self._reads else {}

    def offers(self, image: str) -> bool:
        """The real answer; without a real target, no."""
        return self._reads.offers(image) if self._reads else False

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """The real answer; without a real target, nothing stands in the way."""
        return self._reads.survey(topology, bundle) if self._reads else TargetReport()

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        """The real answer; without a real target, by the nodes' digests."""
        if self._reads is not None:
            return self._reads.changes(topology, bundle)
        made = {name: instance.spec for name, instance in self._instances.items()}
        found = differing(topology, bundle, made)
        images = topology.built_images if found else ()
        return dataclasses.replace(found, built=frozenset(image.name for image in images))

    def converge(
        self,
        topology: Topology,
        bundle: Bundle,
        folder: Path,
        report: Report,
        later: Collection[str] = (),
    ) -> None:
        """Recorded."""
        changes = self.changes(topology, bundle)
        now = tuple(name for name in changes.recreated if name not in later)
        self.record.extend(dataclasses.replace(changes, recreated=now).steps)

    def apply(self, op: Op) -> Output:
        """Recorded; a node's state follows."""
        self.record.append(str(op))
        self.ops.append(op)
        if isinstance(op, Exec):
            return self._outputs(op)
        if isinstance(op, Impair):
            if not op.trial:
                self.helpers[op.node, op.fault] = op
        elif isinstance(op, Drain):
            self.helpers[op.node, op.fault] = op
        elif isinstance(op, Restore):
            return Output(0 if self.helpers.pop((op.node, op.fault), None) else 1, "", "")
        elif isinstance(op, Helped):
            return Output(0 if (op.node, op.fault) in self.helpers else 1, "", "")
        elif isinstance(op, Remove):
            self._instances.pop(op.node, None)
        elif op.node in self._instances and not isinstance(op, Attach | LimitCpu | Connect):
            self._instances[op.node] = dataclasses.replace(
                self._instances[op.node], state=_AFTER[type(op)], shown=""
            )
        return Output(0, "", "")

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """The real answer; without a real target, nothing."""
        return self._reads.history(node, paused_since=paused_since) if self._reads else History()

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """The real ones, or none."""
        if self._reads is not None:
            yield from self._reads.logs(
                node, tail=tail, follow=follow, since_s=since_s, timestamps=timestamps
            )

    def remove(self, *, keep_data: bool) -> Removed:
        """Recorded."""
        kept = "keep their data" if keep_data else "their data too"
        self.record.append(f"remove all nodes, and {kept}")
        return Removed(tuple(instance.node for instance in self.nodes()))


def questions(engine: Target) -> Callable[[Exec], Output]:
    """Whoever answers what changes nothing: of a double that reads from a real target, that one. So
    a question is not recorded as something that would be done."""
    reads = engine._reads if isinstance(engine, RecordingTarget) else None
    return engine.apply if reads is None else reads.apply
