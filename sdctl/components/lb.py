"""Load balancer: HAProxy that spreads requests over the app's replicas and retries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import ORDERS
from sdctl.components import _haproxy
from sdctl.components.canary_step import CanaryOrder, CanaryStep
from sdctl.components.component import Component, Plan
from sdctl.components.gateway import COMPONENT as GATEWAY
from sdctl.components.gateway import HAPROXY, STATS, patience_conflicts
from sdctl.components.layout import Layout
from sdctl.components.node import SERVICE, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Count, Duration, Settings, Size, within
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest


class LoadBalancerSettings(Settings):
    """Settings of the spreading over replicas."""

    memory: Size = Field(160 * 1024**2, ge=32 * 1024**2, le=MEMORY_MOST)
    balance: Literal["leastconn", "roundrobin", "random"] = "leastconn"
    """Which replica gets the next request."""
    max_replicas: Count = Field(20, ge=1, le=200)
    """Slots for replicas, filled as they appear in the service discovery."""
    check_interval: Duration = Field(1.0, ge=0.1, le=10)
    """The time between two looks at a replica; two that fail take it out."""
    timeout: Duration = within(9.0, bounds.REQUEST_TIMEOUT_S)
    """One try at a replica ends within this time."""
    retries: Count = Field(2, ge=0, le=10)
    """How often an idempotent request is tried again, each time on another replica."""
    max_connections: Count = Field(4000, ge=10, le=9000)
    """How many requests and idle connections it holds at once; see the gateway's."""

    @property
    def all_connections(self) -> int:
        """With those who read the figures."""
        return self.max_connections + _haproxy.RESERVED

    @property
    def recheck_interval(self) -> float:
        """Between two looks at a replica that is out: new, or not well."""
        return self.check_interval / 4

    @property
    def notices_within(self) -> float:
        """So long a replica that is no longer ready may still be sent requests: until the next
        look at it, and the one after, and what they themselves take."""
        return 2.5 * self.check_interval

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """A slot for each replica, as much patience as it may take, and what fits."""
        yield from patience_conflicts("lb", self.timeout, others)
        yield from _haproxy.conflicts("lb", self)
        app: Any = others.get("app")
        if app is None:
            return
        for name, count in (("replicas", app.count), ("autoscale_max", app.autoscale_max)):
            if count > self.max_replicas:
                yield Problem(
                    "lb.max_replicas",
                    f"{self.max_replicas} is less than app.{name} ({count}): "
                    "the other replicas would get no requests",
                )


def nodes(settings: LoadBalancerSettings, plan: Plan) -> tuple[Node, ...]:
    """One HAProxy between the gateway and the replicas."""
    return Layout(
        component="lb",
        tier="lb",
        settings=settings,
        rest=Rest(memory=6 * 1024**2, processors=0.003),
        image=HAPROXY,
        networks=(SERVICE,),
        env={"STATS_PASSWORD": Secret("stats")},
        ports=(Port(name="http", number=8080), STATS),
        stop_signal="SIGUSR1",
        processes=64,
    ).expand()


def _read_often(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    """Twice a replica: one that has just come gets less than its share at first."""
    return (HttpRequest(path=f"{ORDERS}/{order.id}"),) * (2 * len(order.nodes["app"]))


def _every_replica(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    served = {answer.headers.get("x-served-by") for answer in answers if answer.status == 200}
    return ", ".join(order.nodes["app"]) if set(order.nodes["app"]) <= served else ""


CANARY = (CanaryStep(what="sends to every replica", asks=_read_often, seen=_every_replica),)

FIGURES = {
    **_haproxy.FIGURES,
    "servers_up": "Replicas of the app that get requests now. A new replica counts after its "
    "first good health check.",
    "servers_total": "Replicas of the app that the load balancer knows, also those that get no "
    "requests now.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="lb",
    tier="lb",
    summary="spreads over replicas, health checks, retries (HAProxy)",
    explained=(
        "The load balancer sends each request to one replica of the app. "
        "It checks every replica again and again, sends nothing to one that is not well, and "
        "tries a request that may be repeated on another one. "
        "It is one HAProxy between the gateway and the app."
    ),
    figures=FIGURES,
    settings=LoadBalancerSettings,
    nodes=nodes,
    needs=("app",),
    renewed_s=1.0,
    gives="a way to the services",
    shell=GATEWAY.shell,
    shell_command=GATEWAY.shell_command,
    canary=CANARY,
)
