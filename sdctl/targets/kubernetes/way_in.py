"""Where the nodes of a stack are reached from outside the cluster."""

from __future__ import annotations

from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.forward_record import Forward, Forwards
from sdctl.targets.kubernetes.names import Object
from sdctl.targets.kubernetes.network import Expose


def forwards(cluster: Cluster, topology: Topology, expose: Expose) -> Forwards:
    """Which port of this machine leads to which port of a node."""
    through = _machine_port(cluster) if expose == "nodeport" else {}
    found = [
        Forward(
            node=node.name,
            number=port.number,
            listen=port.host or 0,
            through=through.get((node.component, port.number), ""),
        )
        for node in topology.nodes
        for port in node.ports
        if port.publish
    ]
    return Forwards(context=cluster.context, namespace=cluster.namespace, forwards=tuple(found))


def _machine_port(cluster: Cluster) -> dict[tuple[str, int], str]:
    """By component and port: where a machine of the cluster listens for it."""
    places = [
        address["address"]
        for machine in cluster.list("Node")
        for address in machine["status"]["addresses"]
        if address["type"] == "InternalIP"
    ]
    return {
        (service["metadata"]["name"], port["port"]): f"{places[0]}:{port['nodePort']}"
        for service in _services(cluster)
        for port in service["spec"].get("ports", ())
        if "nodePort" in port and places
    }


def _services(cluster: Cluster) -> list[Object]:
    try:
        return cluster.list("Service")
    except (NoSuchTarget, TargetRefused):
        return []
