"""The kinds of objects that a stack has in a cluster, and an object as plain data."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sdctl.targets.kubernetes.names import Object

if TYPE_CHECKING:
    pass


_KINDS = {
    "Namespace": ("", "v1", "namespaces", False),
    "Node": ("", "v1", "nodes", False),
    "APIService": ("apiregistration.k8s.io", "v1", "apiservices", False),
    "PriorityClass": ("scheduling.k8s.io", "v1", "priorityclasses", False),
    "NetworkPolicy": ("networking.k8s.io", "v1", "networkpolicies", True),
    "ConfigMap": ("", "v1", "configmaps", True),
    "Secret": ("", "v1", "secrets", True),
    "Service": ("", "v1", "services", True),
    "Pod": ("", "v1", "pods", True),
    "PersistentVolumeClaim": ("", "v1", "persistentvolumeclaims", True),
    "StatefulSet": ("apps", "v1", "statefulsets", True),
    "PodDisruptionBudget": ("policy", "v1", "poddisruptionbudgets", True),
    "HorizontalPodAutoscaler": ("autoscaling", "v2", "horizontalpodautoscalers", True),
    "IngressClass": ("networking.k8s.io", "v1", "ingressclasses", False),
    "Ingress": ("networking.k8s.io", "v1", "ingresses", True),
}
"""Group, version, its word in addresses, and whether it is in a namespace."""


def plain(answer: Any) -> Object:
    """An object as plain data. Raises ``TypeError`` for what has not what all objects have."""
    about = answer["metadata"]
    said = {word: about.get(word, {}) for word in ("labels", "annotations")}
    if not (
        isinstance(about["name"], str) and all(isinstance(value, dict) for value in said.values())
    ):
        raise TypeError("no object of Kubernetes")
    return dict(answer)


@cache
def resource(kind: str) -> Any:
    from lightkube.generic_resource import create_global_resource, create_namespaced_resource

    group, version, plural, is_namespaced = _KINDS[kind]
    create = create_namespaced_resource if is_namespaced else create_global_resource
    return create(group, version, kind, plural)
