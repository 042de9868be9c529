"""Load balancer: HAProxy that spreads requests over the app's replicas and retries."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sdctl.components.component import Component, Layout
from sdctl.components.gateway import COMPONENT as GATEWAY
from sdctl.components.gateway import HAPROXY, STATS
from sdctl.settings import Duration, Settings, Size
from sdctl.topology import Node, Plan, Port


class LoadBalancer(Settings):
    """Settings of the spreading over replicas."""

    memory: Size = 64 * 1024**2
    balance: Literal["leastconn", "roundrobin", "random"] = "leastconn"
    max_replicas: int = Field(20, ge=1, le=200)
    """Slots for replicas, filled as they appear in the service discovery."""
    check_interval: Duration = Field(1.0, ge=0.1)
    timeout: Duration = Field(9.0, gt=0)
    retries: int = Field(2, ge=0, le=10)
    """Of an idempotent request, each on another replica."""
    max_connections: int = Field(4000, ge=1)


def nodes(settings: LoadBalancer, plan: Plan) -> tuple[Node, ...]:
    """One HAProxy between the gateway and the replicas."""
    return Layout(
        component="lb",
        tier="lb",
        settings=settings,
        image=HAPROXY,
        networks=("edge",),
        ports=(Port(name="http", number=8080), STATS),
        stop_signal="SIGUSR1",
    ).expand()


COMPONENT = Component(
    name="lb",
    tier="lb",
    summary="spreads over replicas, health checks, retries (HAProxy)",
    settings=LoadBalancer,
    nodes=nodes,
    needs=("app",),
    shell=GATEWAY.shell,
    shell_command=GATEWAY.shell_command,
)
