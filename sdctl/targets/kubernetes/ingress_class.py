"""Which of a cluster's ingress controllers has the way in."""

from __future__ import annotations

from sdctl.foundation.errors import TargetRefused
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object, Space

_INGRESS, _CLASS = "Ingress", "ingressClassName"
_IS_USUAL = "ingressclass.kubernetes.io/is-default-class"


def choose(cluster: Cluster, space: Space) -> None:
    """The cluster gives an Ingress its usual class when it is made. Where none is the usual one,
    most controllers leave it alone: it gets the only class that there is."""
    classes = _classes(cluster)
    names = [one for one in classes if classes[one]] or [*classes]
    for ingress in _without(cluster, space) if len(names) == 1 else ():
        change = {"spec": {_CLASS: names[0]}}
        cluster.patch(_INGRESS, ingress["metadata"]["name"], change)


def why_none(cluster: Cluster, space: Space) -> str:
    """What to do where nobody could choose; empty: that is not why there is no address."""
    classes, without = _classes(cluster), _without(cluster, space)
    if len(classes) < 2 or not without:
        return ""
    name = without[0]["metadata"]["name"]
    return (
        f"None of the cluster's ingress classes is its usual one: {', '.join(classes)}. To choose: "
        f"kubectl --context {cluster.context} --namespace {space.namespace} patch ingress {name} "
        f'--type merge -p \'{{"spec":{{"{_CLASS}":"{next(iter(classes))}"}}}}\''
    )


def _without(cluster: Cluster, space: Space) -> list[Object]:
    """The Ingresses of a stack that have no class."""
    return [
        ingress
        for ingress in cluster.list(_INGRESS, space.labels())
        if not ingress["spec"].get(_CLASS)
    ]


def _classes(cluster: Cluster) -> dict[str, bool]:
    """By name, whether it is the usual one. Who may not ask is told of none."""
    try:
        found = cluster.list("IngressClass")
    except TargetRefused:
        return {}
    return {
        one["metadata"]["name"]: one["metadata"].get("annotations", {}).get(_IS_USUAL) == "true"
        for one in found
    }
