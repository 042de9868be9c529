"""What Docker remembers of a node's container: its restarts, its pauses, and its log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.compose import answers
from sdctl.targets.compose.stack_containers import StackContainers
from sdctl.targets.target import History


def of(containers: StackContainers, node: str, paused_since: float | None) -> History:
    """By what Docker says of the container, and by its events."""
    name = f"{containers.project}-{node}"
    try:
        raw = containers.docker.ask(lambda: containers.docker.api.inspect_container(name), node)
        frozen_s = None if paused_since is None else _frozen(containers, node, paused_since)
    except NoSuchTarget:
        return History()
    return History(
        restarts=int(raw["RestartCount"]),
        ended_at=answers.moment(raw, "FinishedAt"),
        started_at=answers.moment(raw, "StartedAt"),
        frozen_s=frozen_s,
    )


def logs(
    containers: StackContainers,
    node: str,
    *,
    tail: int | None,
    follow: bool,
    since_s: float | None,
    timestamps: bool,
) -> Iterator[str]:
    """As Docker's log driver kept it."""
    container = containers.one(node)
    raw = containers.docker.ask(
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
    # the library takes an engine that goes away for the log's end
    containers.docker.ask(containers.docker.api.ping)


def _frozen(containers: StackContainers, node: str, since: float) -> float | None:
    # whole seconds; the answer ends when the second that runs now is over
    until = int(time.time()) + 1
    filters = {"container": [containers.one(node).id], "event": ["pause", "unpause"]}
    events = partial(
        containers.docker.api.events, since=int(since), until=until, filters=filters, decode=True
    )
    return answers.last_pause(containers.docker.ask(lambda: list(events()), node), since)
