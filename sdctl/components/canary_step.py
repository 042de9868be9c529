"""The contract: what shows, at the end of ``up``, that a tier did its part for one order.

``up`` sends an order, the canary, and follows it. Each component says what to ask, and what in the
answers proves its part. Nothing is asked here: ``bringup/canary.py`` does that, again and again,
until the answers prove it or its time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sdctl.foundation.http_messages import HttpAnswer, HttpRequest

PATIENCE_S = 15.0
"""For a step that says nothing else. A sound stack needs milliseconds; a busy machine seconds."""


@dataclass(frozen=True, kw_only=True)
class CanaryOrder:
    """The order, as it was accepted."""

    id: str
    user: str
    run: str
    """Writes that belong to it have the idempotency keys ``<run>-<number>``."""
    key: str
    """The order's own."""
    request_id: str
    served_by: str
    """The replica that accepted it."""
    accepted_at: float
    """Unix time in seconds, when its answer was there."""
    nodes: Mapping[str, tuple[str, ...]]
    """The names of the stack's nodes, by tier."""

    def holdings(self, tier: str) -> tuple[HttpRequest, ...]:
        """Asks the observer what each node of a tier holds of the canary's writes."""
        names = self.nodes.get(tier, ())
        return tuple(HttpRequest(path=f"/holdings/{self.run}/{name}") for name in names)


@dataclass(frozen=True, kw_only=True)
class CanaryStep:
    """One thing that the order must have done."""

    what: str
    """In a few words, after the tier's name: ``has it on every node``."""
    asks: Callable[[CanaryOrder], tuple[HttpRequest, ...]]
    """Empty: this profile has nothing to ask, and the step is left out."""
    seen: Callable[[CanaryOrder, Sequence[HttpAnswer]], str]
    """What proves it, in a few words; empty: not proven yet."""
    of: Literal["gateway", "observer"] = "gateway"
    """Who is asked: the gateway, as a client asks it; or the observer, inside the stack."""
    within: Callable[[Any], float] = lambda settings: PATIENCE_S
    """From the tier's settings to the seconds that it may take."""


def all_hold(order: CanaryOrder, answers: Sequence[HttpAnswer], key: str, tier: str) -> str:
    """The names of a tier's nodes, if the answers say that each of them holds ``key``."""
    for answer in answers:
        lines = str(answer.get("lines") or "").splitlines()
        if key not in {line.partition(",")[0] for line in lines}:
            return ""
    return ", ".join(order.nodes[tier])
