"""Writes whose client hung up before the answer are unknown; those that were done are recovered.

Whether they were done is asked of the service itself: its list of each user's orders.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Sequence
from contextlib import suppress

import httpx

from sdctl.app.contract import ORDERS
from sdctl.foundation import waiting
from sdctl.judge.audit import Audit
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import Outcome
from sdctl.load.plan import Encoder, LoadPlan
from sdctl.selftest.checks.check import Check, Variant
from sdctl.selftest.finding import Finding, exactly
from sdctl.selftest.live import Live
from sdctl.selftest.workbench import Workbench
from sdctl.workloads.order_requests import OrderRequests, user
from sdctl.workloads.workload import Feedback, Request

_WRITES = 10
_DONE_S = 15.0


def _hung_up(workbench: Workbench) -> Finding:
    done, report = _judged(workbench.stack, answered=False)
    finding = exactly("recovered", done, report.recovered)
    ok = finding.ok and len(done) == _WRITES and not report.lost
    return Finding(
        expected=f"{_WRITES} recovered, 0 lost",
        got=f"{finding.got}, {len(report.lost)} lost",
        ok=ok,
    )


def _sound(workbench: Workbench) -> Finding:
    _, report = _judged(workbench.stack, answered=True)
    got = f"{len(report.recovered)} recovered, {len(report.lost)} lost"
    ok = report.acknowledged == _WRITES and not report.recovered and not report.lost
    return Finding(expected="0 recovered, 0 lost", got=got, ok=ok)


def _judged(live: Live, *, answered: bool) -> tuple[Sequence[str], Audit]:
    """The keys that the service came to list, and what the stores have."""
    plan = live.plan(1.0, "1s")
    encode = Encoder(plan)
    orders = OrderRequests(random.Random(0), Feedback(plan.run))
    writes = [_write(plan, encode, orders.write(), answered) for _ in range(_WRITES)]
    _, done = waiting.until(
        lambda: listed(live, plan), lambda done: len(done) == _WRITES, timeout_s=_DONE_S
    )
    return done, live.audit(plan.run, writes)


def _write(plan: LoadPlan, encode: Encoder, request: Request, answered: bool) -> Write:
    """Send a write; read its answer, or close the connection without a look at it."""
    sent_at = time.monotonic()
    outcome: Outcome = "unknown"
    place = plan.address.host, plan.address.port
    with suppress(OSError), socket.create_connection(place, timeout=10) as connection:
        connection.sendall(encode(request))
        if answered:
            head = connection.recv(4096)
            outcome = "acknowledged" if head.startswith(b"HTTP/1.1 202") else "refused"
    return Write(request.key, sent_at, time.monotonic(), outcome)


def listed(live: Live, plan: LoadPlan) -> Sequence[str]:
    """The keys that the service's own lists have: an order's item is its key. A list that it does
    not give just now has none."""
    found: list[str] = []
    with httpx.Client(base_url=live.url, headers=live.headers, trust_env=False) as client:
        for number in range(_WRITES):
            with suppress(httpx.TransportError):
                answer = client.get(ORDERS, params={"user_id": user(plan.run, number)})
                if answer.status_code == httpx.codes.OK:
                    found += (order["item"] for order in answer.json())
    return found


CHECK = Check(
    name="live-unanswered",
    checker="sdctl.chaos.settling.audit",
    timed=True,
    variants=(
        Variant(name="client hangs up", prove=_hung_up),
        Variant(name="client waits", prove=_sound, sound=True),
    ),
    live=True,
)
