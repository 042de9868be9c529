"""The canary at the end of `up`: one order, followed through every tier that is on.

The order goes in first. Then each component's steps (``components/canary_step.py``) are asked at
the same time, each until it is proven or its time is over: so a failure names every tier that did
not do its part, and a sound stack needs no longer than its slowest step.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sdctl.app.contract import ORDERS
from sdctl.components.canary_step import PATIENCE_S, CanaryOrder, CanaryStep
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, NotReady, UsageError
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.foundation.units import format_duration
from sdctl.state.entrance import Entrance
from sdctl.state.observation import Observer, ObserverAway

LONGEST_S = 90.0
"""A step that may take longer is not waited for: its settings ask for that."""
_EVERY_S = 0.1
_REQUESTS = 50
"""As many as the canary may send in all."""
Told = Callable[["Proven"], None]


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A step of the canary that was seen, or was not."""

    tier: str
    what: str
    seen: str
    """What proves it; empty: it was not seen, and ``why`` says more."""
    took_s: float
    """From the order's acceptance until it was seen, in seconds."""
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """As ``sdctl up --json`` has it."""
        return {**asdict(self), "seen": self.seen or None, "took_s": round(self.took_s, 3)}


@dataclass(frozen=True)
class Proof:
    """How far the canary went: each step with what it saw."""

    steps: tuple[Proven, ...]
    not_waited: tuple[str, ...] = ()
    """What may take too long to be waited for, a sentence each."""


def prove(topology: Topology, entrance: Entrance, observer: Observer, told: Told) -> Proof:
    """Send one order through the entrance, and follow it; ``told`` of each step that is seen.

    Raises ``NotReady`` with every step that was not.
    """
    with entrance:
        order, first = _place(topology, entrance)
        told(first)
        began = time.monotonic()
        every = list(steps_of(topology, order))
        waited = [(tier, step, limit_s) for tier, step, limit_s in every if limit_s <= LONGEST_S]

        left = threading.Event()

        def follow(tier: str, step: CanaryStep, patience_s: float) -> Proven:
            ask = entrance.admitted if step.of == "gateway" else partial(_observed, observer)
            seen, why = _followed(step, order, ask, patience_s, left)
            took_s = time.monotonic() - began
            proven = Proven(tier=tier, what=step.what, seen=seen, took_s=took_s, why=why)
            if seen:
                told(proven)
            return proven

        with ThreadPoolExecutor(max_workers=max(1, len(waited))) as pool:
            futures = []
            try:
                futures += [pool.submit(follow, *step) for step in waited]
                waiting.ended(futures)
            finally:
                left.set()  # nobody waits for steps that are not seen
    seen = (first, *(future.result() for future in futures))
    if failed := [step for step in seen if not step.seen]:
        raise _failed(failed)
    too_long = (
        f"Not proven: that {tier} {step.what}. With these settings that may take "
        f"{format_duration(patience_s)}, so it was not waited for."
        for tier, step, patience_s in every
        if patience_s > LONGEST_S
    )
    return Proof(seen, tuple(too_long))


def _followed(
    step: CanaryStep,
    order: CanaryOrder,
    ask: Callable[[HttpRequest], HttpAnswer],
    within_s: float,
    left: threading.Event,
) -> tuple[str, str]:
    """What is seen of a step; and where that is nothing, why. Nobody wants to know it any more when
    ``left`` is set."""
    asked = step.asks(order)
    good, answers = waiting.until(
        lambda: [ask(request) for request in asked],
        lambda answers: left.is_set() or bool(_seen(step, order, answers)),
        timeout_s=within_s,
        every_s=_EVERY_S,
    )
    return (_seen(step, order, answers), "") if good else ("", unseen(asked, answers, within_s))


def steps_of(topology: Topology, order: CanaryOrder) -> Iterator[tuple[str, CanaryStep, float]]:
    """Pure: the steps of the tiers that are on, in the order of the profile, each with its tier and
    its deadline in seconds."""
    settings = topology.profile.settings
    for tier, component in topology.components.items():
        for step in component.canary:
            patience_s = step.within(settings[tier])
            if step.of == "gateway":
                # a low limit lets few of them in a second
                patience_s += _REQUESTS / settings["gateway"].model_dump()["rate_limit"]
            if step.asks(order):
                yield tier, step, patience_s


def unseen(asked: Sequence[HttpRequest], answers: Sequence[HttpAnswer], patience_s: float) -> str:
    """Pure: what was asked for so long, and what came."""
    pairs = dict.fromkeys(
        f"{request} was answered {answer}" for request, answer in zip(asked, answers, strict=True)
    )
    return f"not within {format_duration(patience_s)}; at last {'; '.join(pairs)}"


def _seen(step: CanaryStep, order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    """What the step sees in the answers; empty: nothing. An answer that has not the shape that the
    step expects makes it raise, and proves nothing."""
    try:
        return step.seen(order, answers)
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""


def _place(topology: Topology, entrance: Entrance) -> tuple[CanaryOrder, Proven]:
    run = f"canary-{uuid.uuid4().hex[:12]}"
    key, user = f"{run}-1", run
    request = HttpRequest(
        path=ORDERS,
        method="POST",
        headers={"Idempotency-Key": key, "X-Request-ID": run},
        body=f'{{"user_id": "{user}", "item": "canary", "quantity": 1}}',
    )
    began = time.monotonic()
    good, answer = waiting.until(
        lambda: entrance.admitted(request),
        lambda answer: answer.status == 202,
        timeout_s=PATIENCE_S,
        every_s=_EVERY_S,
    )
    took_s = time.monotonic() - began
    what = "lets an order in"
    if not good:
        why = unseen((request,), (answer,), PATIENCE_S)
        raise _failed(
            [Proven(tier=_stopped_at(answer), what=what, seen="", took_s=took_s, why=why)]
        )
    order = CanaryOrder(
        id=str(answer.get("id")),
        user=user,
        run=run,
        key=key,
        request_id=run,
        served_by=answer.headers.get("x-served-by", "?"),
        accepted_at=time.time(),
        nodes={tier: tuple(node.name for node in nodes) for tier, nodes in topology.tiers.items()},
    )
    seen = f"202, accepted by {order.served_by}"
    return order, Proven(tier="gateway", what=what, seen=seen, took_s=took_s)


def _stopped_at(answer: HttpAnswer) -> str:
    """How far an order came that was not accepted: the service says who failed it; where it was not
    reached, the balancer's name is in the gateway's own answer."""
    if "x-served-by" in answer.headers:
        return str(answer.get("dependency") or "app")
    detail = str(answer.get("detail") or "")
    if "replica" in detail:
        return "app"
    return "lb" if "balancer" in detail else "gateway"


def _observed(observer: Observer, request: HttpRequest) -> HttpAnswer:
    try:
        return HttpAnswer(status=200, text=json.dumps(observer.ask(request.path)))
    except (ObserverAway, NoSuchTarget, UsageError) as error:
        return HttpAnswer(status=0, text=str(error))


def _failed(failed: Sequence[Proven]) -> NotReady:
    tiers = list(dict.fromkeys(step.tier for step in failed))
    return NotReady(
        "every node is ready, but the test order did not go the whole way: "
        f"not seen at {', '.join(tiers)}",
        hint=f"`sdctl logs {tiers[0]}` and `sdctl inspect {tiers[0]}` show more. "
        "`sdctl up` tries again.",
        details=[f"{step.tier}: {step.what}: {step.why}" for step in failed],
    )
