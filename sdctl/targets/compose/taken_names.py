"""Names that a stack's parts would have and that something else has already. Compose goes on with
a volume of that name, whoever made it: the stack would write into a user's own data."""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.design.topology import Topology
from sdctl.targets import strangers
from sdctl.targets.compose import answers, keeper
from sdctl.targets.compose.docker import Docker


def check(docker: Docker, topology: Topology, project: str) -> None:
    """Raises ``UsageError`` where a container, a network or a volume that sdctl did not make has a
    name that this stack needs."""
    volumes = {f"{project}_{volume.name}" for node in topology.nodes for volume in node.volumes}
    networks = {f"{project}_{network.name}" for network in topology.networks}
    containers = {f"{project}-{node.name}" for node in topology.nodes}
    needed = volumes | networks | containers | keeper.names(topology, project)
    if taken := needed.intersection(_strange(docker, project)):
        raise strangers.refused(topology.stack, taken)


def _strange(docker: Docker, project: str) -> Iterator[str]:
    """The names that begin like the project's, of what is not sdctl's."""
    api = docker.api
    for volume in docker.ask(lambda: api.volumes(filters={"name": project}))["Volumes"] or ():
        if answers.owner(volume["Labels"] or {}) is None:
            yield volume["Name"]
    for network in docker.ask(lambda: api.networks(names=[project])):
        if answers.owner(network["Labels"] or {}) is None:
            yield network["Name"]
    for container in docker.ask(lambda: api.containers(all=True, filters={"name": project})):
        if answers.owner(container["Labels"] or {}) is None:
            yield answers.name(container)
