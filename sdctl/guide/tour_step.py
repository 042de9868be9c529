"""The contract: a step of the tour. Each file in ``steps/`` defines one ``STEP``.

A step says what a part of the architecture is for, and has the reader do something to it. What it
promises is a sentence, and a check of what really came: nothing is claimed that is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sdctl.app.contract import ORDERS
from sdctl.foundation.http_messages import HttpRequest
from sdctl.guide.tour_commands import Came, Command, Curl
from sdctl.state.snapshot import Snapshot

SOON_S = 15.0
"""For what happens a moment later: milliseconds on an idle machine, seconds on a busy one."""


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Where the tour is: the stack that it goes through, and what it left there."""

    user: str
    nodes: Mapping[str, tuple[str, ...]]
    """The names of the stack's nodes, by tier: only tiers that are on."""
    followers: Mapping[str, tuple[str, ...]]
    """The names of those that follow a leader, by tier."""
    order_id: str = ""
    """The last order; empty while there is none."""
    request_id: str = ""
    """Of the request that placed it."""
    notice_id: int = 0
    """The last notification that was read."""
    event_id: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What this machine cannot have, and why."""

    def order(self) -> HttpRequest:
        """Reads the last order."""
        return HttpRequest(path=f"{ORDERS}/{self.order_id}")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One sentence about what came, and whether it is so."""

    says: str
    """What of the trail belongs in it stands in braces, such as ``{trail.order_id}``."""
    holds: Callable[[Trail, Came], bool]

    def told(self, trail: Trail) -> str:
        """The sentence, complete."""
        return self.says.format(trail=trail)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One command, and what to look at in what it gives."""

    does: Callable[[Trail], Command]
    promises: tuple[Promise, ...]
    within_s: float = 0.0
    """For what comes a moment later: the command is given again until the promises hold."""
    tiers: tuple[str, ...] = ()
    """Without one of these the act is left out."""
    unless: Callable[[Trail], str] = lambda trail: ""
    """Why it is left out in this stack; empty: it is not."""
    keeps: Callable[[Trail, Came], Trail] = lambda trail, came: trail
    """What later acts need of what came."""


@dataclass(frozen=True, kw_only=True)
class TourStep:
    """One part of the architecture."""

    place: int
    """From 1, in the order in which a request comes by."""
    title: str
    purpose: str
    """What it is for, in two to four plain sentences."""
    acts: tuple[Act, ...]
    needs_order: bool = False
    """Whether it looks at an order that was placed before."""
    more: tuple[str, ...] = ()
    """Commands to try afterwards."""


def trail_of(seen: Snapshot, user: str) -> Trail:
    """Pure: the beginning of a tour through the stack as it is now."""
    nodes = {
        tier: tuple(node.name for node in tier_seen.nodes) for tier, tier_seen in seen.tiers.items()
    }
    followers = {
        tier: tuple(node.name for node in tier_seen.nodes if node.role == "follower")
        for tier, tier_seen in seen.tiers.items()
    }
    return Trail(user=user, nodes=nodes, followers=followers, left_out=seen.left_out)


FIRST, SECOND = 1, 2
"""Which order of the tour; each has an idempotency key of its own."""


def placing(trail: Trail, number: int) -> Curl:
    """Places an order: a book for the tour's user."""
    return Curl(
        request=HttpRequest(
            path=ORDERS,
            method="POST",
            headers={"Idempotency-Key": f"{trail.user}-{number}"},
            body=f'{{"user_id": "{trail.user}", "item": "book", "quantity": 1}}',
        )
    )


def placed(trail: Trail, came: Came) -> Trail:
    """The trail with the order that was just accepted."""
    return replace(
        trail,
        order_id=str(came.answer.get("id") or ""),
        request_id=came.answer.headers.get("x-request-id", ""),
    )
