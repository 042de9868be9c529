"""What is kept of each look at a stack while a fault runs, for its report. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sdctl.state.snapshot import Snapshot

_QUEUE = {"waiting": ("messages_ready", "messages_unacked"), "retrying": ("retrying",),
          "dead": ("dead",)}  # fmt: skip
_EVERY_S = 1.0


def sample(seen: Snapshot) -> dict[str, float]:
    """The queue's messages, as the node that knows most has them, and what the workers have
    tried again. Empty where neither was seen."""
    found: dict[str, float] = {}
    for name, facts in _QUEUE.items():
        sums = [
            sum(float(value or 0) for value in values)
            for node in _nodes(seen, "queue")
            if None not in (values := [node.get(fact) for fact in facts])
        ]
        if sums:
            found[name] = max(sums)
    retried = [float(node["retried"]) for node in _nodes(seen, "worker") if "retried" in node]
    if retried:
        found["retried"] = sum(retried)
    return found


def _nodes(seen: Snapshot, tier: str) -> list[Mapping[str, Any]]:
    status = seen.tiers.get(tier)
    return [node.facts for node in status.nodes] if status else []


class Sampler:
    """Hands at most one sample a second to ``keep``, with the moment at which it was taken."""

    def __init__(
        self, keep: Callable[[dict[str, float]], None], clock: Callable[[], float]
    ) -> None:
        self._keep = keep
        self._clock = clock
        self._next = 0.0

    def __call__(self, seen: Snapshot) -> None:
        now = self._clock()
        if now >= self._next and (found := sample(seen)):
            self._next = now + _EVERY_S
            self._keep({"at": now, **found})
