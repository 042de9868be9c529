"""Everything of one stack that Docker has, found by label and removed, so no bundle is needed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from sdctl.errors import DockerRefused, NoSuchTarget
from sdctl.labels import LABEL


def remove(
    api: Any,
    ask: Callable[[Callable[[], Any]], Any],
    stack: str,
    project: str,
    *,
    keep_data: bool,
) -> tuple[str, ...]:
    """Containers all at once, then their networks, then (unless kept) their volumes.

    ``api`` is Docker's low-level client; ``ask`` runs a call and raises sdctl's error for Docker's.
    Returns the names of what was there. Raises DockerRefused when a network cannot go; all else
    is gone then.
    """
    # networks and volumes are made by Compose and carry its label
    made = {"label": f"com.docker.compose.project={project}"}
    containers = ask(lambda: api.containers(all=True, filters={"label": f"{LABEL}stack={stack}"}))
    for each in containers:
        # One by one: where several leave a network at once, Docker 20.10 miscounts who is in it
        # still, and never lets it go (moby#42119).
        for network in each["NetworkSettings"]["Networks"]:
            with suppress(DockerRefused, NoSuchTarget):  # it has ended, say: then it has left
                ask(partial(api.disconnect_container_from_network, each["Id"], network, force=True))
    with ThreadPoolExecutor(max_workers=8) as pool:
        gone = [
            partial(api.remove_container, each["Id"], force=True, v=True) for each in containers
        ]
        list(pool.map(ask, gone))
    networks = ask(lambda: api.networks(filters=made))
    stuck: list[str] = []
    for each in networks:
        try:
            ask(partial(api.remove_network, each["Id"]))
        except DockerRefused:
            stuck.append(each["Name"])
    volumes = [] if keep_data else ask(lambda: api.volumes(filters=made))["Volumes"] or []
    for each in volumes:
        ask(partial(api.remove_volume, each["Name"], force=True))
    if stuck:
        # Nodes that Compose replaced left all at once: Docker may have miscounted then.
        raise DockerRefused(
            f"all is removed but what Docker says is in use: network {', '.join(stuck)}",
            hint="`docker network inspect NAME` shows by whom. If by nobody, Docker has lost "
            "count: restart it, then `sdctl down` again. `sdctl up` works all the same.",
        )
    names = [each["Names"][0].lstrip("/") for each in containers]
    return tuple(names + [each["Name"] for each in (*networks, *volumes)])
