"""Kubernetes as a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.targets.bundle import Bundle
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose.docker import Docker
from sdctl.targets.kubernetes.bundle import render_plain
from sdctl.targets.kubernetes.form import FORM
from sdctl.targets.kubernetes.names import namespace_of
from sdctl.targets.operations import Op
from sdctl.targets.target import Changes, History, Instance, Output, Removed, Report


class KubernetesTarget:
    """One stack in a namespace of a cluster. See :class:`sdctl.targets.target.Target`."""

    abilities: frozenset[Ability] = frozenset({"pause", "hold down"})
    """No node of a cluster shows a pod what the others write or use, and each has its own clock."""
    host = "127.0.0.1"
    form = FORM

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.docker = Docker()
        self._namespace = namespace_of(stack)

    @property
    def version(self) -> str:
        """That of Docker, which makes the images."""
        return f"Docker {self.docker.ask(self.docker.api.version)['Version']}"

    def render(self, topology: Topology) -> Bundle:
        """What plain ``kubectl apply -k`` needs."""
        return render_plain(topology, self._namespace)

    def nodes(self) -> tuple[Instance, ...]:
        """Refused."""
        raise _not_yet()

    def owners(self) -> Mapping[str, str | None]:
        """Refused."""
        raise _not_yet()

    def offers(self, image: str) -> bool:
        """Whether it is here, or Docker can pull it: then a cluster may as well."""
        return not self.docker.missing_images([image]) or self.docker.can_pull(image)

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """Refused."""
        raise _not_yet()

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        """Refused."""
        raise _not_yet()

    def converge(self, topology: Topology, bundle: Bundle, folder: Path, report: Report) -> None:
        """Refused."""
        raise _not_yet()

    def apply(self, op: Op) -> Output:
        """Refused."""
        raise _not_yet()

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """Refused."""
        raise _not_yet()

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """Refused."""
        raise _not_yet()

    def remove(self, *, keep_data: bool) -> Removed:
        """Refused."""
        raise _not_yet()


def _not_yet() -> UsageError:
    return UsageError(
        "sdctl cannot run a stack on Kubernetes yet, because only its files are made so far",
        hint="`sdctl render lite --target kubernetes -o DIR` writes them for kubectl.",
    )
