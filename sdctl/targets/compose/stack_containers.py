"""The containers of one stack, found by their labels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.compose import answers
from sdctl.targets.compose.answers import Container
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.labels import LABEL, of_compose, project


class StackContainers:
    """Of a stack; asked for anew each time."""

    def __init__(self, docker: Docker, stack: str) -> None:
        self.docker = docker
        self.stack = stack
        self.project = project(stack)

    def nodes(self) -> tuple[Container, ...]:
        """One call, however many nodes."""
        raw = self.docker.ask(
            lambda: self.docker.api.containers(
                all=True, filters={"label": f"{LABEL}stack={self.stack}"}
            )
        )
        found = (answers.container(said) for said in raw if f"{LABEL}node" in said["Labels"])
        return tuple(sorted(found, key=lambda container: container.node))

    def owners(self) -> Mapping[str, str | None]:
        """By sdctl's label and by Compose's, whose project of that name may be a user's own."""
        api, found = self.docker.api, dict[str, str | None]()
        made = of_compose(self.project)
        # Compose marks the images that it builds as well, and what somebody runs from one has that
        # mark; only what Compose itself made has this one
        by_compose = [made, "com.docker.compose.config-hash"]
        for label in (f"{LABEL}stack={self.stack}", by_compose):
            ask = partial(api.containers, all=True, filters={"label": label})
            for container in self.docker.ask(ask):
                found[answers.name(container)] = answers.owner(container["Labels"])
        volumes = self.docker.ask(lambda: api.volumes(filters={"label": made}))["Volumes"] or ()
        return found | {volume["Name"]: answers.owner(volume["Labels"]) for volume in volumes}

    def one(self, node: str) -> Any:
        """The node's, as Docker's library has it. Raises ``NoSuchTarget``."""
        return self.of_node(node)[0]

    def of_node(self, node: str) -> list[Any]:
        """The node's; two where an `up` was cut off while it changed one."""
        found = self.labelled(f"{LABEL}node={node}")
        if not found:
            raise NoSuchTarget(
                f"there is no node {node!r} in the stack {self.stack!r}",
                hint="`sdctl status` shows what there is.",
            )
        return found

    def labelled(self, *labels: str) -> list[Any]:
        """Those with all of these labels, as Docker's library has them."""
        listed = partial(
            self.docker.client.containers.list,
            all=True,
            sparse=True,
            filters={"label": [f"{LABEL}stack={self.stack}", *labels]},
        )
        found: list[Any] = self.docker.ask(listed)
        return found
