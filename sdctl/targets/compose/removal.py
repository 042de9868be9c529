"""Everything of one stack that Docker has, found by label and removed, so no bundle is needed."""

from __future__ import annotations

from collections.abc import Mapping
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

_IN_USE = "active endpoints"
"""What Docker says of a network that somebody is in."""
_REMOVAL_S = 10.0
"""How long a removal that the engine has begun may take."""


def remove(docker: Docker, stack: str, *, keep_data: bool) -> Removed:
    """Containers all at once, then their networks, then (unless kept) their volumes.

    A network of which Docker says that somebody is in it is no error: Docker 20.10 may have
    miscounted.
    """
    # networks and volumes are made by Compose and carry its label
    made = {"label": of_compose(project(stack))}
    containers = _containers(docker, stack, keep_data=keep_data)
    networks, left = _networks(docker, made)
    volumes = [] if keep_data else _volumes(docker, made)
    names = (*containers, *networks, *volumes)
    return Removed(tuple(name for name in names if name not in left), left)


def _containers(docker: Docker, stack: str, *, keep_data: bool) -> list[str]:
    """The names of those that were there."""
    api, of_stack = docker.api, {"label": f"{LABEL}stack={stack}"}
    found = docker.ask(lambda: api.containers(all=True, filters=of_stack))
    if keep_data:  # what is in memory goes when nobody keeps it
        found = [container for container in found if KEEPS not in container["Labels"]]
    for container in found:
        # One by one: where several leave a network at once, Docker 20.10 miscounts who is in it
        # still, and never lets it go (moby#42119).
        for network in container["NetworkSettings"]["Networks"]:
            leave = partial(api.disconnect_container_from_network, container["Id"], network)
            with suppress(TargetRefused, NoSuchTarget):  # it has ended, say: then it has left
                docker.ask(partial(leave, force=True))
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(partial(_end, docker), [container["Id"] for container in found]))
    return [answers.name(container) for container in found]


def _networks(
    docker: Docker, made: Mapping[str, str]
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """The names of those that were there; and of those that could not go, who is in them."""
    found = docker.ask(lambda: docker.api.networks(filters=made))
    ours = [network for network in found if answers.owner(network["Labels"] or {}) is not None]
    left: dict[str, tuple[str, ...]] = {}
    for network in ours:
        try:
            with suppress(NoSuchTarget):
                docker.ask(partial(docker.api.remove_network, network["Id"]))
        except TargetRefused as error:
            if _IN_USE not in error.message:
                raise
            left[network["Name"]] = _inside(docker, network["Id"])
    return [network["Name"] for network in ours], left


def _volumes(docker: Docker, made: Mapping[str, str]) -> list[str]:
    found = docker.ask(lambda: docker.api.volumes(filters=made))["Volumes"] or []
    names = [
        volume["Name"] for volume in found if answers.owner(volume["Labels"] or {}) is not None
    ]
    held: dict[str, tuple[str, ...]] = {}
    for name in names:
        try:
            with suppress(NoSuchTarget):
                docker.ask(partial(docker.api.remove_volume, name, force=True))
        except TargetRefused:
            held[name] = _using(docker, name)
            if not held[name]:
                raise
    if held:
        by = sorted({container for users in held.values() for container in users})
        raise TargetRefused(
            f"in use by {', '.join(by)}: {', '.join(held)}; all else is removed",
            hint="Remove what uses them, if nobody needs it. Then run `sdctl down` again.",
        )
    return names


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


def _using(docker: Docker, volume: str) -> tuple[str, ...]:
    """The names of the containers that have a volume."""
    found = docker.ask(lambda: docker.api.containers(all=True, filters={"volume": volume}))
    return tuple(sorted(answers.name(container) for container in found))


def _inside(docker: Docker, network: str) -> tuple[str, ...]:
    """The names of the containers in a network."""
    there = docker.ask(lambda: docker.api.inspect_network(network))["Containers"] or {}
    return tuple(sorted(resource["Name"] for resource in there.values()))
