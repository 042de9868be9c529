"""Gateway: HAProxy at the entrance. API keys, rate limit, request ids, body size, routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import ORDERS
from sdctl.components import _haproxy
from sdctl.components.canary_step import CanaryOrder, CanaryStep
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import EDGE, SERVICE, Image, Login, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Count, Duration, HostPort, Settings, Size, within
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.foundation.units import write_duration

HAPROXY = Image(name="haproxy", size=8 * 1024**2, build_s=8)
_ASK = (
    'while IFS= read -rep "haproxy> " words; do history -s -- "$words"; '
    'echo "$words" | socat - /tmp/haproxy.sock; done'
)
"""Line by line: Debian builds socat without readline, and bash has it."""
STATS = Port(name="stats", number=8404, login=Login(secret=Secret("stats")), inside=True)


def patience_conflicts(
    tier: str, timeout: float, others: Mapping[str, Settings]
) -> Iterator[Problem]:
    """Where the service would answer later than the one in front of it waits."""
    app: Any = others.get("app")
    if app is not None and timeout < app.request_timeout:
        yield Problem(
            f"{tier}.timeout",
            f"{write_duration(timeout)} is less than app.request_timeout "
            f"({write_duration(app.request_timeout)}): an answer could come too late",
        )


class GatewaySettings(Settings):
    """Settings of the entry point."""

    memory: Size = Field(160 * 1024**2, ge=32 * 1024**2, le=MEMORY_MOST)
    port: HostPort = 8080
    """Its port, on this machine alone."""
    rate_limit: Count = Field(5000, ge=1, le=1_000_000)
    """Requests per second and API key; above it the answer is 429."""
    body_limit: Size = within(64 * 1024, bounds.BODY_BYTES)
    """A larger body is refused with 413."""
    timeout: Duration = within(10.0, bounds.REQUEST_TIMEOUT_S)
    """Every request is answered within this time."""
    max_connections: Count = Field(4000, ge=10, le=9000)
    """How many clients may be connected; one more is refused at once. HAProxy needs
    two open files for each, and what runs the stack may allow no more than 20,000."""

    @property
    def all_connections(self) -> int:
        """With those who read the figures."""
        return self.max_connections + _haproxy.RESERVED

    @property
    def patience(self) -> float:
        """How long a client may take for its head, and for its body."""
        return min(5.0, self.timeout)

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """Who waits for an answer must wait for longer than the one who gives it may take; and
        what was asked for must fit."""
        too_short = tuple(patience_conflicts("gateway", self.timeout, others))
        yield from too_short
        lb: Any = others.get("lb")
        if not too_short and lb is not None and self.timeout < lb.timeout:
            yield Problem(
                "gateway.timeout",
                f"{write_duration(self.timeout)} is less than lb.timeout "
                f"({write_duration(lb.timeout)}): the gateway would give up while the balancer "
                "still waits for a replica",
            )
        yield from _haproxy.conflicts("gateway", self)


def nodes(settings: GatewaySettings, plan: Plan) -> tuple[Node, ...]:
    """One HAProxy, published on this machine."""
    return Layout(
        component="gateway",
        tier="gateway",
        settings=settings,
        rest=Rest(memory=6 * 1024**2, processors=0.001),
        image=HAPROXY,
        networks=(EDGE, SERVICE),
        env={"API_KEY": Secret("api_key"), "STATS_PASSWORD": Secret("stats")},
        ports=(Port(name="http", number=8080, publish=True, host=settings.port), STATS),
        # HAProxy ends open requests first when told so with USR1
        stop_signal="SIGUSR1",
        processes=64,
    ).expand()


def _without_a_key(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    return (HttpRequest(path=f"{ORDERS}/{order.id}", key=False),)


def _refused(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return "401 without the key" if answers[0].status == 401 else ""


CANARY = (CanaryStep(what="lets nobody in without the key", asks=_without_a_key, seen=_refused),)

FIGURES = {
    **_haproxy.FIGURES,
    "rejected": "Requests that the gateway refused by itself since it was started. A key is "
    "missing or wrong (401), there is no such address (404), a body is too large "
    "(413), a key sends too many requests (429), or what was sent is no whole request (400, 408).",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="gateway",
    tier="gateway",
    summary="entry point: API keys, rate limit, request ids, routes (HAProxy)",
    explained=(
        "The gateway is the entrance: every request of a client goes through it. "
        "It checks the API key, limits how many requests a key may send, gives every request an "
        "id, and refuses bodies that are too large. "
        "There is one (HAProxy), so while it is down nobody gets an answer."
    ),
    figures=FIGURES,
    settings=GatewaySettings,
    nodes=nodes,
    needs=("lb",),
    renewed_s=1.0,
    gives="entrance",
    shell=("bash", "-c", _ASK),
    shell_command=("sh", "-c", 'echo "$*" | socat - /tmp/haproxy.sock', "haproxy"),
    canary=CANARY,
)
