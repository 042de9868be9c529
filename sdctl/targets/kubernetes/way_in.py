"""Where the nodes of a stack are reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.forward_record import Forward, Forwards
from sdctl.targets.kubernetes.names import Object, labels_of
from sdctl.targets.kubernetes.network import Expose


def forwards(cluster: Cluster, topology: Topology, expose: Expose) -> Forwards:
    """Which port of this machine leads to which port of a node."""
    through = _machine_ports(cluster, labels_of(topology.stack)) if expose == "nodeport" else {}
    found = [
        Forward(
            node=node.name,
            number=port.number,
            listen=port.host or 0,
            through=next(iter(through.get((node.component, port.number), ())), ""),
        )
        for node in topology.nodes
        for port in node.ports
        if port.publish
    ]
    return Forwards(context=cluster.context, namespace=cluster.namespace, forwards=tuple(found))


def machine_ports(cluster: Cluster, labels: Mapping[str, str]) -> list[str]:
    """Where each machine of the cluster listens for the gateway of the stack with these labels."""
    return [place for places in _machine_ports(cluster, labels).values() for place in places]


def _machine_ports(cluster: Cluster, labels: Mapping[str, str]) -> dict[tuple[str, int], list[str]]:
    """By component and port: where each machine of the cluster that is ready listens for it."""
    machines = [
        address["address"]
        for machine in cluster.list("Node")
        if _is_ready(machine)
        for address in machine["status"]["addresses"]
        if address["type"] == "InternalIP"
    ]
    return {
        (service["metadata"]["name"], port["port"]): [
            written(machine, port["nodePort"]) for machine in machines
        ]
        for service in _services(cluster, labels)
        for port in service["spec"].get("ports", ())
        if "nodePort" in port and machines
    }


def written(host: str, port: int | None) -> str:
    """As an address has it; without a port it is HTTP's usual one."""
    named = f"[{host}]" if ":" in host else host
    return named if port is None else f"{named}:{port}"


def _is_ready(machine: Object) -> bool:
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in machine["status"].get("conditions", ())
    )


def _services(cluster: Cluster, labels: Mapping[str, str]) -> list[Object]:
    try:
        return cluster.list("Service", labels)
    except (NoSuchTarget, TargetRefused):
        return []
