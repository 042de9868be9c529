"""What a cluster gives a stack beside room for its pods: an address of its own for the way in, and
what its autoscaler goes by. Whoever asked for it is told what did not come."""

from __future__ import annotations

from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import TargetRefused
from sdctl.targets.kubernetes import workloads
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Space
from sdctl.targets.kubernetes.network import Expose
from sdctl.targets.target import Report

_GIVER = {"loadbalancer": "a load balancer", "ingress": "an ingress controller"}
"""Who in the cluster gives an address to what is exposed so."""
_KIND = {"loadbalancer": "Service", "ingress": "Ingress"}
"""And where it is said."""
_ADDRESS_S = 30.0
_MEASURES = "v1beta1.metrics.k8s.io"
"""By which an autoscaler asks what pods use; a metrics-server answers there."""


def tell(
    cluster: Cluster, space: Space, topology: Topology, expose: Expose, report: Report
) -> None:
    """Of a stack that was just made: the address that it has, and what it does without."""
    if tiers := unmeasured(cluster, topology):
        report.say(
            f"warning: {' and '.join(tiers)} will not be scaled by load: this cluster measures no "
            "pods. A metrics-server does that; docs/kubernetes.md says how to get one"
        )
    if expose not in _GIVER:
        return
    report.stage("wait for the cluster's address of the gateway")
    came, found = waiting.until(
        lambda: addresses(cluster, space, expose), bool, timeout_s=_ADDRESS_S, every_s=1
    )
    if came:
        report.say(f"the cluster has the gateway at {', '.join(found)}")
    else:
        report.say(
            f"warning: the cluster gave the gateway no address within {_ADDRESS_S:g} s: has it "
            f"{_GIVER[expose]}? This machine reaches the gateway all the same"
        )


def addresses(cluster: Cluster, space: Space, expose: Expose) -> list[str]:
    """Those of the way in: of its load balancer, with the port there; or of its ingress controller,
    which has the usual one."""
    found = []
    for published in cluster.list(_KIND[expose], space.labels()):
        ports = [f":{port['port']}" for port in published["spec"].get("ports", ())] or [""]
        for place in published.get("status", {}).get("loadBalancer", {}).get("ingress", ()):
            host = str(place.get("ip") or place.get("hostname"))
            found += [f"{f'[{host}]' if ':' in host else host}{port}" for port in ports]
    return found


def unmeasured(cluster: Cluster, topology: Topology) -> tuple[str, ...]:
    """The tiers that the cluster's own autoscaler is to scale, where the cluster measures no pods:
    then it never does. Who may not ask for that is told of none."""
    tiers = [tier for tier, nodes in topology.tiers.items() if workloads.most(nodes[0], topology)]
    if not tiers:
        return ()
    try:
        service = cluster.get("APIService", _MEASURES) or {}
    except TargetRefused:
        return ()
    said = {
        condition["type"]: condition["status"]
        for condition in service.get("status", {}).get("conditions", ())
    }
    return () if said.get("Available") == "True" else tuple(tiers)
