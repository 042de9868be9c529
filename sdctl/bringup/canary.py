"""The proof at the end of `up`: one order through every tier to a delivered notification."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdctl.app.contract import ORDERS, USERS
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Proof:
    """How far the canary went: each step with what it saw."""

    steps: tuple[str, ...]


def prove(topology: Topology, url: str, secrets: Mapping[str, str], *, timeout_s: float) -> Proof:
    """Send one order to the gateway at ``url`` and follow it.

    Raises ``NotReady`` with the step that did not happen.
    """
    import httpx

    with httpx.Client(
        base_url=url,
        headers={"X-API-Key": secrets["api_key"]},
        timeout=5,
        trust_env=False,
    ) as client:
        user = f"canary-{uuid.uuid4().hex[:12]}"
        order = _order(client, user, timeout_s)
        steps = [f"order accepted by {order.headers.get('X-Served-By', '?')}"]
        if "worker" not in topology.tiers:
            return Proof(tuple(steps))
        path = f"{ORDERS}/{order.json()['id']}"
        done = _poll(client, path, lambda v: v["status"] == "completed", "completed", timeout_s)
        steps.append(f"order {done['status']}")
        inbox = f"{USERS}/{user}/notifications?poll=1"
        _poll(client, inbox, lambda v: len(v["notifications"]) == 1, "notified", timeout_s)
        steps.append("notification delivered")
        return Proof(tuple(steps))


def _order(client: httpx.Client, user: str, timeout_s: float) -> httpx.Response:
    body = {"user_id": user, "item": "canary", "quantity": 1}
    key = {"Idempotency-Key": user}

    def send() -> Any:
        import httpx

        try:
            return client.post(ORDERS, json=body, headers=key)
        except httpx.TransportError as error:
            return error

    good, seen = waiting.until(
        send, lambda answer: getattr(answer, "status_code", 0) == 202, timeout_s=timeout_s
    )
    if not good:
        raise NotReady(
            "every node is ready, but the stack does not accept an order: "
            f"{getattr(seen, 'text', seen)}",
            hint="`sdctl status` and `sdctl logs app-1` show more.",
        )
    return seen  # type: ignore[no-any-return]


def _poll(client: httpx.Client, path: str, good: Any, what: str, timeout_s: float) -> Any:
    def ask() -> Any:
        import httpx

        try:
            answer = client.get(path)
            return answer.json() if answer.status_code == 200 else {"error": answer.text}
        except httpx.TransportError as error:
            return {"error": str(error)}

    ok, seen = waiting.until(
        ask,
        lambda value: "error" not in value and good(value),
        timeout_s=timeout_s,
        every_s=0.05,
    )
    if not ok:
        raise NotReady(
            f"the test order was accepted, but it was not {what}; last seen: {seen}",
            hint="`sdctl inspect queue` and `sdctl logs worker-1` show more.",
        )
    return seen
