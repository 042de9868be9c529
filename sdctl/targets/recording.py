"""The double: carries nothing out, writes everything down. It is ``--dry-run``, and the tests'
engine. Reads may come from a real engine, so that a dry run decides on what is really there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sdctl.targets.compose.labels import LABEL
from sdctl.targets.operations import Exec, Kill, Op, Pause, Remove, Start, Stop, Unpause
from sdctl.targets.target import Instance, Output, Removed, Target

_AFTER = {
    Start: "running", Stop: "exited", Kill: "exited", Pause: "paused", Unpause: "running",
}  # fmt: skip


class RecordingTarget:
    """``record`` holds one line per change that would have been made, in order."""

    def __init__(
        self,
        containers: Iterable[Instance] = (),
        *,
        reads: Target | None = None,
        outputs: Callable[[Exec], Output] = lambda op: Output(0, "", ""),
    ) -> None:
        self.record: list[str] = []
        self.ops: list[Op] = []
        self._containers = {container.node: container for container in containers}
        self._reads = reads
        self._outputs = outputs

    def nodes(self) -> tuple[Instance, ...]:
        """The given ones, as the recorded operations have left them, or the real ones."""
        if self._reads is not None:
            return self._reads.nodes()
        return tuple(self._containers[name] for name in sorted(self._containers))

    def owners(self) -> Mapping[str, str | None]:
        """The real answer; without a real engine, as the given containers are labelled."""
        if self._reads is not None:
            return self._reads.owners()
        return {c.name: c.labels.get(f"{LABEL}owner", "") for c in self._containers.values()}

    def restarts(self, nodes: Sequence[str]) -> Mapping[str, int]:
        """The real answer; without a real engine, never."""
        return self._reads.restarts(nodes) if self._reads else dict.fromkeys(nodes, 0)

    def ended_at(self, node: str) -> float | None:
        """The real answer; without a real engine, never."""
        return self._reads.ended_at(node) if self._reads else None

    def missing_images(self, images: Sequence[str]) -> tuple[str, ...]:
        """The real answer; without a real engine, all of them."""
        return self._reads.missing_images(images) if self._reads else tuple(images)

    def root(self) -> str:
        """The real answer; without a real engine, the usual one."""
        return self._reads.root() if self._reads else "/var/lib/docker"

    def version(self) -> str:
        """The real answer; without a real engine, that there is none."""
        return self._reads.version() if self._reads else "none"

    def cgroup_trees(self) -> tuple[str, str]:
        """The real answer; without a real engine, that of cgroup version 2."""
        return self._reads.cgroup_trees() if self._reads else ("/sys/fs/cgroup", "/sys/fs/cgroup")

    def can_pull(self, reference: str) -> bool:
        """The real answer; without a real engine, no."""
        return self._reads.can_pull(reference) if self._reads else False

    def build(self, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
        """Recorded."""
        self.record.append(f"build the images of {', '.join(nodes)}")

    def converge(self, bundle: Path) -> None:
        """Recorded."""
        self.record.append("create, change or remove containers as compose.yml says")

    def apply(self, op: Op) -> Output:
        """Recorded; a node's state follows."""
        self.record.append(str(op))
        self.ops.append(op)
        if isinstance(op, Exec):
            return self._outputs(op)
        if isinstance(op, Remove):
            self._containers.pop(op.node, None)
        elif op.node in self._containers:
            self._containers[op.node] = dataclasses.replace(
                self._containers[op.node], state=_AFTER[type(op)]
            )
        return Output(0, "", "")

    def frozen(self, node: str, since: float) -> float | None:
        """The real answer; without a real engine, not known."""
        return self._reads.frozen(node, since) if self._reads else None

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

    def attach(self, node: str, command: Sequence[str]) -> int:
        """Recorded."""
        self.record.append(f"attach to {node}: {' '.join(command)}")
        return 0

    def remove(self, *, keep_data: bool) -> Removed:
        """Recorded."""
        kept = " and keep the volumes" if keep_data else ", volumes too"
        self.record.append(f"remove every container and network{kept}")
        return Removed(tuple(container.node for container in self.nodes()))
