"""Docker Compose as a target. Compose makes images and containers (``command.py``); everything else
asks the engine directly (``docker.py``), which is one quick call."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sdctl.components.node import Ability
from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.check_result import TargetReport
from sdctl.targets.compose import (
    answers,
    diagnosis,
    engine,
    helper,
    images,
    keeper,
    places,
    refusals,
    removal,
    surroundings,
)
from sdctl.targets.compose import changes as deciding
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.form import FORM
from sdctl.targets.compose.labels import LABEL, project
from sdctl.targets.operations import (
    Attach,
    Exec,
    Helped,
    Impair,
    Kill,
    LimitCpu,
    Op,
    Pause,
    Remove,
    Restore,
    Start,
    Stop,
    Unpause,
)
from sdctl.targets.target import Changes, History, Output, Removed, Report

HOST = "127.0.0.1"
"""Ports are published on the loopback alone."""


class ComposeTarget:
    """One stack on the machine's Docker. See :class:`sdctl.targets.target.Target`."""

    abilities: frozenset[Ability] = frozenset(
        {
            "pause",
            "hold down",
            "limit the CPU of",
            "impair the network of",
            "one clock",
            "logs of all nodes",
            "usage of all nodes",
            "processes of all nodes",
        }
    )
    host = HOST
    form = FORM

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.docker = Docker()
        self._project = project(stack)
        self._ask = self.docker.ask

    @property
    def version(self) -> str:
        """Docker's."""
        return f"Docker {self._ask(self.docker.api.version)['Version']}"

    def render(self, topology: Topology) -> Bundle:
        """What plain ``docker compose up`` needs."""
        return render(topology)

    def nodes(self) -> tuple[Container, ...]:
        """One call, however many nodes."""
        raw = self._ask(
            lambda: self.docker.api.containers(
                all=True, filters={"label": f"{LABEL}stack={self.stack}"}
            )
        )
        found = (answers.container(said) for said in raw if f"{LABEL}node" in said["Labels"])
        return tuple(sorted(found, key=lambda container: container.node))

    def owners(self) -> Mapping[str, str | None]:
        """By sdctl's label and by Compose's, whose project of that name may be a user's own."""
        api, found = self.docker.api, dict[str, str | None]()
        made = f"com.docker.compose.project={self._project}"
        # Compose marks the images that it builds as well, and what somebody runs from one has that
        # mark; only what Compose itself made has this one
        by_compose = [made, "com.docker.compose.config-hash"]
        for label in (f"{LABEL}stack={self.stack}", by_compose):
            ask = partial(api.containers, all=True, filters={"label": label})
            for container in self._ask(ask):
                name = container["Names"][0].lstrip("/")
                found[name] = answers.owner(container["Labels"])
        volumes = self._ask(lambda: api.volumes(filters={"label": made}))["Volumes"] or ()
        return found | {volume["Name"]: answers.owner(volume["Labels"]) for volume in volumes}

    def offers(self, image: str) -> bool:
        """Whether it is here, or Docker can pull it."""
        return not self.docker.missing_images([image]) or self.docker.can_pull(image)

    def survey(self, topology: Topology, bundle: Bundle) -> TargetReport:
        """By what the engine says of itself, asked for at once."""
        facts = engine.read(self.docker, topology, bundle)
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
        would have to be of another size."""
        keeper.check(self.docker.api, self._ask, topology, self._project)
        change = deciding.changes(bundle, topology, self.nodes())
        if not change:
            return change
        lacking = images.missing(self.docker, topology, bundle)
        names = {image_tag(bundle, image): image.name for image in topology.built_images}
        return replace(change, built=frozenset(names[tag] for tag in lacking))

    def converge(self, topology: Topology, bundle: Bundle, folder: Path, report: Report) -> None:
        """Images, then what an earlier one left unfinished, then Compose, then who keeps volumes
        that are in memory."""
        from sdctl.targets.compose import command

        places.write(self.docker, topology, folder)
        images.ensure(self.docker, topology, bundle, folder, self._project, report)
        report.stage("create containers")
        for op in deciding.unfinished_of(topology, self.nodes()):
            self.apply(op)
        command.converge(self._project, folder)
        keeper.start(self.docker.client, self._ask, topology, self._project)

    def apply(self, op: Op) -> Output:
        """By the container's label."""
        match op:
            case Impair():
                return self._impair(op)
            case Restore():
                return helper.stop(self.docker.client, self._ask, self.stack, op.node, op.fault)
            case Helped():
                there = helper.running(self.docker.client, self._ask, self.stack, op.node, op.fault)
                return Output(0 if there else 1, "", "")
        container, *others = self._found(op.node)
        match op:
            case Remove():
                for one in (container, *others):
                    self._ask(partial(one.remove, force=True), op.node)
            case Start():
                self._ask(container.start, op.node)
            case Stop():
                self._ask(container.stop, op.node)
            case Kill():
                self._ask(container.kill, op.node)
            case Pause():
                self._ask(container.pause, op.node)
            case Unpause():
                if container.status == "paused":
                    self._ask(container.unpause, op.node)
            case LimitCpu():
                self._ask(
                    partial(container.update, cpu_quota=op.quota_us, cpu_period=op.period_us),
                    op.node,
                )
            case Exec():
                code, (stdout, stderr) = self._ask(
                    lambda: container.exec_run(list(op.command), demux=True), op.node
                )
                return Output(code, (stdout or b"").decode(), (stderr or b"").decode())
            case Attach():
                return Output(_attach(container.id, op), "", "")
        return Output(0, "", "")

    def _impair(self, op: Impair) -> Output:
        containers = self.nodes()
        owner = next((one.owner for one in containers if one.node == op.node), "")
        fault = helper.TRIAL if op.trial else op.fault
        labels = {
            f"{LABEL}stack": self.stack,
            f"{LABEL}owner": owner,
            helper.FAULT: fault,
            helper.HELPS: op.node,
        }
        name = f"{self._project}-{op.node}-{fault}"
        # one that was cut off before it was started
        helper.stop(self.docker.client, self._ask, self.stack, op.node, fault)
        with helper.outlived(name) if op.trial else nullcontext():
            return helper.start(self.docker.client, self._ask, name, op, containers, labels)

    def history(self, node: str, *, paused_since: float | None = None) -> History:
        """By what Docker says of the container, and by its events."""
        name = f"{self._project}-{node}"
        raw = self._ask(lambda: self.docker.api.inspect_container(name), node)
        frozen_s = None if paused_since is None else self._frozen(node, paused_since)
        return History(
            restarts=int(raw["RestartCount"]), ended_at=answers.ended(raw), frozen_s=frozen_s
        )

    def _frozen(self, node: str, since: float) -> float | None:
        # whole seconds; the answer ends when the second that runs now is over
        until = int(time.time()) + 1
        filters = {"container": [self._find(node).id], "event": ["pause", "unpause"]}
        events = partial(
            self.docker.api.events, since=int(since), until=until, filters=filters, decode=True
        )
        return answers.last_pause(self._ask(lambda: list(events()), node), since)

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
        container = self._find(node)
        raw = self._ask(
            lambda: container.logs(
                stream=True,
                follow=follow,
                timestamps=timestamps,
                tail=tail if tail is not None else "all",
                since=None if since_s is None else time.time() - since_s,
            ),
            node,
        )
        rest = b""
        for chunk in raw:
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace").rstrip("\r") for line in lines)
        if rest:
            yield rest.decode(errors="replace")

    def remove(self, *, keep_data: bool) -> Removed:
        """By label, so it needs no bundle."""
        return removal.remove(
            self.docker.api, self._ask, self.stack, self._project, keep_data=keep_data
        )

    def _find(self, node: str) -> Any:
        return self._found(node)[0]

    def _found(self, node: str) -> list[Any]:
        """The node's container; two where an `up` was cut off while it changed one."""
        labels = [f"{LABEL}stack={self.stack}", f"{LABEL}node={node}"]
        ask = partial(
            self.docker.client.containers.list, all=True, sparse=True, filters={"label": labels}
        )
        found: list[Any] = self._ask(ask)
        if not found:
            raise NoSuchTarget(
                f"there is no node {node!r} in the stack {self.stack!r}",
                hint="`sdctl status` shows what there is.",
            )
        return found


def _attach(container: str, op: Attach) -> int:
    import sys

    flags = ["-i", "-t"] if sys.stdin.isatty() and sys.stdout.isatty() else ["-i"]
    words = ["docker", "exec", *flags, container, *op.command]
    try:
        return subprocess.call(words, env=surroundings.variables())
    except FileNotFoundError:
        raise refusals.no_command() from None
