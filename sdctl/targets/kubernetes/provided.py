"""What a cluster gives a stack beside room for its pods: an address of its own for the way in, and
what its autoscaler goes by. Whoever asked for it is told what did not come."""

from __future__ import annotations

from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import TargetRefused
from sdctl.targets.kubernetes import ingress_class, way_in, workloads
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object, Space
from sdctl.targets.kubernetes.network import Expose
from sdctl.targets.target import Report

_GIVER = {"loadbalancer": "a load balancer", "ingress": "an ingress controller"}
"""Who in the cluster gives an address to what is exposed so."""
_KIND = {"loadbalancer": "Service", "ingress": "Ingress"}
"""And where it is said."""
_HTTP = 80
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
    if expose == "ingress":
        ingress_class.choose(cluster, space)
    report.stage("wait for the cluster's address of the gateway")
    came, found = waiting.until(
        lambda: addresses(cluster, space, expose), bool, timeout_s=_ADDRESS_S, every_s=1
    )
    if came:
        report.say(f"the cluster has the gateway at {', '.join(found)}")
    else:
        chosen = ingress_class.why_none(cluster, space) if expose == "ingress" else ""
        report.say(
            f"warning: the cluster gave the gateway no address within {_ADDRESS_S:g} s. This "
            f"machine reaches it all the same. {chosen or f'Has the cluster {_GIVER[expose]}?'}"
        )


def addresses(cluster: Cluster, space: Space, expose: Expose) -> list[str]:
    """Those of the way in: of each machine of the cluster, of its load balancer, or of its ingress
    controller."""
    if expose == "nodeport":
        return way_in.machine_ports(cluster, space.labels())
    if expose not in _KIND:
        return []
    return [
        way_in.written(str(given.get("ip") or given.get("hostname")), port)
        for published in cluster.list(_KIND[expose], space.labels())
        for given in published.get("status", {}).get("loadBalancer", {}).get("ingress", ())
        for port in _ports(published, given)
    ]


def _ports(published: Object, given: Object) -> list[int | None]:
    """A Service says its own. An Ingress has none: its controller may say with an address which it
    has there, first that of HTTP; else that is the usual one."""
    own = [port["port"] for port in published["spec"].get("ports", ())]
    said = [port["port"] for port in given.get("ports", ())]
    return own or [None if _HTTP in (said or [_HTTP]) else said[0]]


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
