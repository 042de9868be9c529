"""Gateway: HAProxy at the entrance. API keys, rate limit, request ids, body size, routes."""

from __future__ import annotations

from pydantic import Field

from sdctl.components.component import Component, Layout
from sdctl.settings import Duration, Settings, Size
from sdctl.topology import Image, Node, Plan, Port, Secret

HAPROXY = Image(name="haproxy")
STATS = Port(name="stats", number=8404)


class Gateway(Settings):
    """Settings of the entry point."""

    memory: Size = 64 * 1024**2
    port: int = Field(8080, ge=1, le=65535)
    """On the host's loopback."""
    rate_limit: int = Field(5000, ge=1)
    """Requests per second and API key; above it the answer is 429."""
    body_limit: Size = Field(64 * 1024, ge=1)
    timeout: Duration = Field(10.0, gt=0)
    """Every request is answered within it."""
    max_connections: int = Field(4000, ge=1)


def nodes(settings: Gateway, plan: Plan) -> tuple[Node, ...]:
    """One HAProxy, published on loopback."""
    return Layout(
        component="gateway",
        tier="gateway",
        settings=settings,
        image=HAPROXY,
        networks=("edge",),
        env={"API_KEY": Secret("api_key")},
        ports=(Port(name="http", number=8080, publish=True, host=settings.port), STATS),
        # HAProxy ends open requests first when told so with USR1
        stop_signal="SIGUSR1",
    ).expand()


COMPONENT = Component(
    name="gateway",
    tier="gateway",
    summary="entry point: API keys, rate limit, request ids, routes (HAProxy)",
    settings=Gateway,
    nodes=nodes,
    needs=("lb",),
    shell=("socat", "readline", "/tmp/haproxy.sock"),
    shell_command=("sh", "-c", 'echo "$*" | socat - /tmp/haproxy.sock', "haproxy"),
)
