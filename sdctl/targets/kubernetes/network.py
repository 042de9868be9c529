"""Networks and ports → Services, policies and the way in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, cast, get_args

from sdctl.components.node import EDGE, Node
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.targets.kubernetes.names import NETWORK, NODES, POD, Object, Space

Expose = Literal["", "nodeport", "loadbalancer", "ingress"]
"""How the way in is reached from outside the cluster; empty: by this machine's own forwarding."""
_TYPES = {"nodeport": "NodePort", "loadbalancer": "LoadBalancer"}
_CLOSED = "none"
"""Takes back what an earlier `up` opened."""
_POLICY = "networking.k8s.io/v1"
_OWN_MACHINE = "169.254.0.0/16"
"""Addresses that are good on one machine alone. Where each machine has a DNS of its own, it answers
at one of these, and no selector picks it: NodeLocal DNSCache, GKE's Cloud DNS."""


def expose_of(text: str) -> Expose:
    """Read an option. Raises ``UsageError``."""
    if text == _CLOSED:
        return ""
    for known in get_args(Expose):
        if text == known:
            return cast(Expose, text)
    there = ", ".join((*filter(None, get_args(Expose)), _CLOSED))
    raise UsageError(f"--expose: there is no way in {text!r}", hint=f"There is: {there}.")


def services(groups: Sequence[Sequence[Node]], space: Space, expose: Expose) -> Iterator[Object]:
    """One that names every node, ready or not: stores must find each other to become ready. One for
    each component, which is all its nodes; and the way in."""
    yield _headless(space, NODES, space.labels(), None)
    for first, *_ in groups:
        if EDGE in first.networks:
            spec = {
                "type": _TYPES.get(expose, "ClusterIP"),
                "selector": space.picks(first),
                "ports": [_port(port.name, port.number) for port in first.ports if port.publish],
            }
            yield space.object("v1", "Service", first.component, first, spec=spec)
        elif first.ports:
            yield _headless(space, first.component, space.picks(first), first)


def _headless(space: Space, name: str, selector: dict[str, str], node: Node | None) -> Object:
    spec: Object = {
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": selector,
    }
    if node is not None:
        spec["ports"] = [_port(port.name, port.number) for port in node.ports]
    return space.object("v1", "Service", name, node, spec=spec)


def _port(name: str, number: int) -> Object:
    return {"name": name, "port": number, "targetPort": name}


def policies(topology: Topology, space: Space) -> Iterator[Object]:
    """Who may reach whom: two nodes that are on a network together, and no others. Nothing of the
    stack reaches out of it but to ask for names."""
    yield _policy(space, "nothing", {"matchLabels": space.labels()}, [], [])
    asks = [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
        {"ipBlock": {"cidr": _OWN_MACHINE}},
    ]
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    yield _policy(
        space,
        "names",
        {"matchLabels": space.labels()},
        None,
        [{"to": asks, "ports": ports}],
    )
    for network in topology.networks:
        label = f"{NETWORK}{network.name}"
        # a node that is cut off has a policy of its own instead, see ``cutting.py``
        there = {"matchLabels": {**space.labels(), label: ""}}
        # a port that is closed to the way in is met on the other networks of its node
        inside = [members(space, label)]
        if network.name != EDGE:
            yield _policy(
                space, f"network-{network.name}", there, [{"from": inside}], [{"to": inside}]
            )
    entrance = {
        port.number
        for node in topology.nodes
        if EDGE in node.networks
        for port in node.ports
        if port.publish
    }
    if entrance:
        edge = {"matchLabels": {**space.labels(), f"{NETWORK}{EDGE}": ""}}
        ports = [{"protocol": "TCP", "port": number} for number in sorted(entrance)]
        yield _policy(space, "entrance", edge, [{"ports": ports}], None)


def members(space: Space, label: str, besides: Sequence[str] = ()) -> Object:
    """All nodes on the network of a label, cut off or not, but for ``besides``."""
    wanted: list[Object] = [{"key": label, "operator": "Exists"}]
    if besides:
        wanted.append({"key": POD, "operator": "NotIn", "values": list(besides)})
    return {
        "podSelector": {"matchLabels": space.labels(), "matchExpressions": wanted},
    }


def _policy(
    space: Space, name: str, pods: Object, into: list[Object] | None, out: list[Object] | None
) -> Object:
    """``into``, ``out``: what is let through; empty: nothing; None: the policy is not about it."""
    kinds = {"Ingress": into, "Egress": out}
    spec: Object = {
        "podSelector": pods,
        "policyTypes": [kind for kind, rules in kinds.items() if rules is not None],
    }
    spec |= {kind.lower(): rules for kind, rules in kinds.items() if rules}
    return space.object(_POLICY, "NetworkPolicy", name, spec=spec)


def ingresses(groups: Sequence[Sequence[Node]], space: Space, expose: Expose) -> Iterator[Object]:
    """The way in by the cluster's own entrance."""
    if expose != "ingress":
        return
    for first, *_ in groups:
        if EDGE in first.networks:
            port = next(port for port in first.ports if port.publish)
            service = {"name": first.component, "port": {"name": port.name}}
            path = {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
            spec = {"rules": [{"http": {"paths": [path]}}]}
            yield space.object(_POLICY, "Ingress", first.component, first, spec=spec)
