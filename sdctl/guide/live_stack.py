"""A running stack, as the tour's commands reach it: the same ways that the commands take."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sdctl.foundation.errors import NotReady
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.guide.tour_step import Trail, trail_of
from sdctl.state import observation, shells
from sdctl.state.entrance import Entrance
from sdctl.state.logs import search
from sdctl.state.observation import Observer, ObserverAway
from sdctl.state.running import Running
from sdctl.targets.operations import Exec


class LiveStack:
    """See ``tour.TouredStack``."""

    def __init__(self, running: Running, entrance: Entrance) -> None:
        self._running = running
        self._entrance = entrance
        self.url = entrance.url

    def curl(self, request: HttpRequest) -> HttpAnswer:
        return self._entrance.admitted(request)

    def headers(self, request: HttpRequest) -> Mapping[str, str]:
        return self._entrance.headers(request)

    def inspect(self, tier: str) -> Sequence[Mapping[str, Any]]:
        with _observing(self._running) as observer:
            tables: list[Mapping[str, Any]] = observer.ask(f"/inspect/{tier}")["tables"]
            return tables

    def logs(self, request_id: str) -> Sequence[Mapping[str, Any]]:
        with _observing(self._running) as observer:
            return search.search(observer, search.Wanted(request=request_id))[0]

    def shell(self, node: str, command: str) -> str:
        snapshot, components = self._running.snapshot(), self._running.components()
        _, words = shells.resolve(snapshot, components, node, (command,))
        done = self._running.engine.apply(Exec(node=node, command=words, cause="the tour"))
        return done.stdout

    def states(self) -> Mapping[str, str]:
        return {name: node.health for name, node in self._running.snapshot().nodes().items()}


def begin(running: Running) -> Trail:
    """The beginning of a tour, with a user of its own."""
    return trail_of(running.snapshot(), f"tour-{uuid.uuid4().hex[:8]}")


@contextmanager
def _observing(running: Running) -> Iterator[Observer]:
    try:
        yield observation.observer_of(running.engine.nodes(), running.stack)
    except ObserverAway as away:
        raise NotReady(str(away), hint="`sdctl up` repairs it.") from None
