"""Everything of one stack that Docker has, found by label and removed, so no bundle is needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.compose import answers
from sdctl.targets.compose.docker import Docker
from sdctl.targets.compose.keeper import KEEPS
from sdctl.targets.compose.labels import LABEL, of_compose, project
from sdctl.targets.target import Removed

_REMOVAL_S = 10.0
"""How long a removal that the engine has begun may take."""


def remove(docker: Docker, stack: str, *, keep_data: bool) -> Removed:
    """Containers all at once, then their networks, then (unless kept) their volumes.

    A network that cannot go is no error: Docker 20.10 may have miscounted who is in it.
    """
    api, ask = docker.api, docker.ask
    # networks and volumes are made by Compose and carry its label
    made = {"label": of_compose(project(stack))}
    containers = ask(lambda: api.containers(all=True, filters={"label": f"{LABEL}stack={stack}"}))
    if keep_data:  # what is in memory goes when nobody keeps it
        containers = [container for container in containers if KEEPS not in container["Labels"]]
    for container in containers:
        # One by one: where several leave a network at once, Docker 20.10 miscounts who is in it
        # still, and never lets it go (moby#42119).
        for network in container["NetworkSettings"]["Networks"]:
            with suppress(TargetRefused, NoSuchTarget):  # it has ended, say: then it has left
                ask(
                    partial(
                        api.disconnect_container_from_network, container["Id"], network, force=True
                    )
                )
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(partial(_end, docker), [container["Id"] for container in containers]))
    networks = [
        network for network in ask(lambda: api.networks(filters=made)) if answers.is_ours(network)
    ]
    left: dict[str, tuple[str, ...]] = {}
    for network in networks:
        try:
            with suppress(NoSuchTarget):
                ask(partial(api.remove_network, network["Id"]))
        except TargetRefused:
            left[network["Name"]] = _inside(docker, network["Id"])
    volumes = [] if keep_data else ask(lambda: api.volumes(filters=made))["Volumes"] or []
    volumes = [volume for volume in volumes if answers.owner(volume["Labels"]) is not None]
    for volume in volumes:
        ask(partial(api.remove_volume, volume["Name"], force=True))
    names = [answers.name(container) for container in containers]
    names += [resource["Name"] for resource in (*networks, *volumes)]
    return Removed(tuple(name for name in names if name not in left), left)


def _end(docker: Docker, container: str) -> None:
    """Remove a container. One that the engine removes already, such as the helper of a fault that
    is over, is waited for: its networks and volumes are free only then."""
    try:
        docker.ask(partial(docker.api.remove_container, container, force=True, v=True))
    except NoSuchTarget:
        return
    except TargetRefused:
        gone, _ = waiting.until(
            lambda: _is_there(docker, container), lambda there: not there, timeout_s=_REMOVAL_S
        )
        if not gone:
            raise


def _is_there(docker: Docker, container: str) -> bool:
    try:
        docker.ask(partial(docker.api.inspect_container, container))
    except NoSuchTarget:
        return False
    return True


def _inside(docker: Docker, network: str) -> tuple[str, ...]:
    """The names of the containers in a network."""
    there = docker.ask(lambda: docker.api.inspect_network(network))["Containers"] or {}
    return tuple(sorted(resource["Name"] for resource in there.values()))
