"""Where a user reaches a running stack from the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.design.topology import Topology


def gateway_url(topology: Topology, host: str) -> str:
    """The address of the stack's entrance; ``host`` is where the target publishes ports."""
    return f"http://{host}:{topology.node('gateway-1').port('http').host}"


def api_key(secrets: Mapping[str, str]) -> dict[str, str]:
    """The header that lets a request in."""
    return {"X-API-Key": secrets["api_key"]}


def addresses(topology: Topology, secrets: Mapping[str, str], host: str) -> dict[str, Any]:
    """The value of ``sdctl env --json``; tiers that are not exposed have no connection."""
    connections = {}
    for tier, nodes in topology.tiers.items():
        connection = topology.components[tier].connection
        if connection is None:
            continue
        ports = [node.port(connection.port) for node in nodes]
        hosts = [f"{host}:{port.host}" for port in ports if port.publish]
        if hosts:
            connections[tier] = connection.url.format(
                hosts=",".join(hosts), first=hosts[0], **secrets
            )
    has_gateway = "gateway" in topology.tiers
    return {
        "gateway_url": gateway_url(topology, host) if has_gateway else None,
        "api_key": secrets.get("api_key"),
        "dashboards": pages(topology, secrets, host),
        "connections": connections,
        "left_out": dict(topology.profile.left_out),
    }


def pages(
    topology: Topology, secrets: Mapping[str, str], host: str
) -> dict[str, dict[str, str | None]]:
    """By component, the address of its pages and the login there."""
    found = {}
    for node in topology.nodes:
        component = topology.component_of(node)
        page = component.page
        if page is not None and node.ordinal == 1 and node.port(page.port).publish:
            found[component.name] = {
                "url": f"http://{host}:{node.port(page.port).host}",
                "user": page.user,
                "password": secrets.get(page.secret),
            }
    return found
