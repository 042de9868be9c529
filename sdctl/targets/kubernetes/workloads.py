"""Nodes → what runs them: StatefulSets, and how many may come, go or be away. Pure.

The replicas of the service are a StatefulSet as well, without claims: every command, card and
request names ``app-2``, and the one with the highest number goes first, as on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sdctl.components.node import Node
from sdctl.design.topology import Topology
from sdctl.targets.kubernetes import pods
from sdctl.targets.kubernetes.names import NODES, Object, Space

_BACKGROUND = -100
"""Below what says nothing: who is in need of room takes it from the background first."""


def stateful_set(
    nodes: Sequence[Node], template: Object, space: Space, *, is_scaled: bool
) -> Object:
    """That of a component. All its pods start at once, as they know each other by name; they are
    renewed one by one. How many there are is not said where an autoscaler says it."""
    first = nodes[0]
    spec: Object = {
        "serviceName": NODES,
        **({} if is_scaled else {"replicas": len(nodes)}),
        "ordinals": {"start": first.ordinal},
        "podManagementPolicy": "Parallel",
        "updateStrategy": {"type": "RollingUpdate"},
        "selector": {"matchLabels": space.picks(first)},
        "template": template,
    }
    if claims := pods.claims(first, space):
        spec["volumeClaimTemplates"] = claims
    return space.object("apps/v1", "StatefulSet", first.component, first, spec=spec)


def disruption_budgets(groups: Sequence[Sequence[Node]], space: Space) -> Iterator[Object]:
    """Of each component that can spare a node: one at a time. A single node has none, or its
    machine could never be emptied."""
    for first, *others in groups:
        if others:
            spec = {"maxUnavailable": 1, "selector": {"matchLabels": space.picks(first)}}
            yield space.object(
                "policy/v1", "PodDisruptionBudget", first.component, first, spec=spec
            )


def autoscalers(
    groups: Sequence[Sequence[Node]], topology: Topology, space: Space
) -> Iterator[Object]:
    """Of each tier whose settings ask for one."""
    for first, *_ in groups:
        wanted: Any = topology.profile.settings[first.tier]
        if not most(first, topology):
            continue
        target = {"type": "Utilization", "averageUtilization": wanted.autoscale_cpu}
        spec = {
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "name": first.component,
            },
            "minReplicas": wanted.autoscale_min,
            "maxReplicas": wanted.autoscale_max,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        }
        yield space.object(
            "autoscaling/v2", "HorizontalPodAutoscaler", first.component, first, spec=spec
        )


def most(node: Node, topology: Topology) -> int:
    """The most replicas that an autoscaler may make of a node's tier; 0: it has none."""
    return int(getattr(topology.profile.settings[node.tier], "autoscale_max", 0))


def priority_classes(topology: Topology, space: Space) -> Iterator[Object]:
    """That of the background, where there is any."""
    if any(node.background for node in topology.nodes):
        yield {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": pods.background(space), "labels": space.labels()},
            "value": _BACKGROUND,
            "preemptionPolicy": "Never",
            "globalDefault": False,
            "description": "What gives way to the requests of the stack: logs and dashboards.",
        }
