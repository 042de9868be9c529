"""Nodes that end by themselves while a stack comes up."""

from __future__ import annotations

from collections.abc import Collection, MutableSet

from sdctl.foundation.errors import BringUpFailed
from sdctl.state.snapshot import Snapshot
from sdctl.targets.target import Target

_ALLOWED = 3
"""So often a node may not have gone down after its start; one is a hiccup, or somebody killed it.
And its restarts: what runs the stack may start nodes, and start them again, by itself."""


class Crashes:
    """How often each node ended since an `up` began. Both looks raise ``BringUpFailed`` for one
    that ends again and again. ``started``: the nodes that this `up` has started so far."""

    def __init__(self, target: Target, started: MutableSet[str]) -> None:
        self._target = target
        self._started = started
        self._down: dict[str, int] = {}
        self._restarts: dict[str, int] = {}
        self._earlier: dict[str, int] = {}
        """Restarts before this `up`, which count for nothing."""

    def look(self, seen: Snapshot) -> None:
        """Count those that are down though they were started, and those that are just being
        started again though nobody here started them. Those that nobody else starts again, as
        when somebody killed them, count as not started from then on."""
        states = {name: node.state for name, node in seen.nodes().items()}
        for name in sorted(self._started):
            if states.get(name) in ("down", "restarting"):
                self._down[name] = self._down.get(name, 0) + 1
                if self._down[name] >= _ALLOWED:
                    raise self._failed(name, seen.nodes()[name].reason)
                if states[name] == "down":
                    self._started.discard(name)
        self._count({n for n, state in states.items() if state == "restarting"} - {*self._started})

    def steady(self) -> bool:
        """Whether no node came back from a crash since the last look: one that dies again and again
        looks well in between."""
        before = dict(self._restarts)
        self._count({*self._started, *self._restarts})
        return before == self._restarts

    def _count(self, names: Collection[str]) -> None:
        for name in sorted(names):
            told = self._target.history(name).restarts
            # of one that starts by itself, the crash that shows it is the first
            self._earlier.setdefault(name, 0 if name in self._started else max(told - 1, 0))
            self._restarts[name] = told - self._earlier[name]
            if self._restarts[name] >= _ALLOWED:
                raise self._failed(name, f"it was restarted {self._restarts[name]} times")

    def _failed(self, name: str, how: str) -> BringUpFailed:
        return BringUpFailed(
            f"{name} does not stay up: {how}",
            hint=f"`sdctl logs {name}` shows more. `sdctl up` continues from here.",
            details=list(self._target.logs(name, tail=12)),
        )
