"""Docker Compose as a target. Compose makes images and containers (``command.py``); everything else
asks the engine directly (``docker.py``), which is one quick call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.targets import dotenv, operations
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.changes import Changes
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose import (
    diagnosis,
    engine_reading,
    execution,
    history,
    host_paths,
    images,
    keeper,
    machine_lock,
    removal,
    taken_names,
)
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.form import FORM
from sdctl.targets.compose.stack_containers import StackContainers
from sdctl.targets.compose.unfinished import changes, unfinished_of
from sdctl.targets.operations import Op
from sdctl.targets.target import History, Output, Removed, Report

HOST = "127.0.0.1"
"""Ports are published on the loopback alone."""


class ComposeTarget:
    """One stack on the machine's Docker. See :class:`sdctl.targets.target.Target`."""

    abilities: frozenset[Ability] = frozenset(
        {
            "pause",
            "hold down",
            "limit the CPU of",
            "change the network of",
            "one clock",
            "logs of all nodes",
            "usage of all nodes",
            "processes of all nodes",
        }
    )
    unable: Mapping[Ability, str] = MappingProxyType(
        {"drain the machine of": "all its nodes are on one machine, so they can go to no other"}
    )
    host = HOST
    entrances = ()
    form = FORM

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.docker = Docker()
        self._containers = StackContainers(self.docker, stack)
        self._project = self._containers.project

    @property
    def version(self) -> str:
        """Docker's."""
        return f"Docker {self.docker.ask(self.docker.api.version)['Version']}"

    def nodes(self) -> tuple[Container, ...]:
        """One call, however many nodes."""
        return self._containers.nodes()

    def owners(self) -> Mapping[str, str | None]:
        """By sdctl's label and by Compose's, whose project of that name may be a user's own."""
        return self._containers.owners()

    def offers(self, image: str) -> bool:
        """Whether it is here, or Docker can pull it."""
        return not self.docker.missing_images([image]) or self.docker.can_pull(image)

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """By what the engine says of itself, asked for at once."""
        facts = engine_reading.read(self.docker, topology, bundle)
        return TargetReport(
            problems=tuple(filter(None, (facts.compose_problem,))),
            findings=diagnosis.findings(facts, topology),
            memory=facts.memory or None,
            folder=facts.root,
            publishers={port: ran.name for ran in facts.containers for port in ran.ports},
            missing=facts.missing,
            make_room="docker builder prune --force",
            pull="docker pull",
        )

    def changes(self, topology: Topology, bundle: Bundle) -> Changes:
        """By each container's label, networks and name. Raises ``UsageError`` for a volume that
        would have to be of another size, and for a name that something else has."""
        taken_names.check(self.docker, topology, self._project)
        keeper.check(self.docker, topology, self._project)
        change = changes(bundle, topology, self.nodes())
        if not change:
            return change
        lacking = images.missing(self.docker, topology, bundle)
        names = {image_tag(bundle, image): image.name for image in topology.built_images}
        return replace(change, built=frozenset(names[tag] for tag in lacking))

    def converge(
        self,
        topology: Topology,
        bundle: Bundle,
        folder: Path,
        report: Report,
        later: Collection[str] = (),
    ) -> None:
        """Images, then what an earlier one left unfinished, then Compose, then who keeps volumes
        that are in memory."""
        from sdctl.targets.compose import command

        host_paths.write(self.docker, topology, folder)
        images.ensure(self.docker, topology, bundle, folder, self._project, report)
        report.stage(changes(bundle, topology, self.nodes()).stage)
        with machine_lock.held(self._project):
            self._is_ours_still(folder)
            for op in unfinished_of(topology, self.nodes()):
                self.apply(op)
            differ = changes(bundle, topology, self.nodes())
            due = {*differ.created, *differ.recreated}.difference(later)
            now = [node.name for node in topology.nodes if node.name in due]
            command.converge(self._project, folder, now)
            keeper.start(self._containers, topology)

    def _is_ours_still(self, folder: Path) -> None:
        own = dotenv.read(folder).get("owner")
        if any(mark not in (own, "") for mark in self.owners().values()):
            raise UsageError(
                f"the stack {self.stack!r} was made from another state folder meanwhile",
                hint="Nothing of it was touched. Use that folder (SDCTL_HOME), or another stack: "
                "--stack NAME.",
            )

    def apply(self, op: Op) -> Output:
        """By the container's label."""
        operations.check((op,), self.abilities, self.unable)
        return execution.apply(self._containers, op)

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """By what Docker says of the container, and by its events."""
        return history.of(self._containers, node, paused_since)

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """As Docker's log driver kept it."""
        return history.logs(
            self._containers, node, tail=tail, follow=follow, since_s=since_s,
            timestamps=timestamps,
        )  # fmt: skip

    def remove(self, *, keep_data: bool) -> Removed:
        """By label, so it needs no bundle."""
        return removal.remove(self.docker, self.stack, keep_data=keep_data)
