"""Closes a machine of the cluster, empties it of the stack's pods by the eviction API, and opens it
again. Its annotation says for which fault it is closed; the pods of others stay."""

from __future__ import annotations

from sdctl.foundation import waiting
from sdctl.foundation.errors import TargetRefused
from sdctl.targets.kubernetes import names
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object, Space
from sdctl.targets.network_operations import Drain
from sdctl.targets.target import Output

_MARK = ".sdctl/"


def drain(cluster: Cluster, space: Space, pod: Object, op: Drain) -> Output:
    """Close the machine of a pod, then have all leave it. Raises ``TargetRefused`` where somebody
    else has closed it, and where a budget lets nobody go."""
    name = pod["spec"]["nodeName"]
    machine = cluster.get("Node", name) or {"metadata": {}, "spec": {}}
    notes = machine["metadata"].get("annotations", {})
    if machine["spec"].get("unschedulable") and not any(_MARK in key for key in notes):
        raise TargetRefused(
            f"the machine {name} is closed already, and not by sdctl",
            hint=f"`kubectl uncordon {name}` opens it.",
        )
    change = {"annotations": {_key(space, op.fault): op.node}}
    cluster.patch("Node", name, {"metadata": change, "spec": {"unschedulable": True}})
    if op.empty:
        _evict(cluster, space, name, op.for_s)
    return Output(0, "", "")


def _evict(cluster: Cluster, space: Space, machine: str, within_s: float) -> None:
    def kept() -> list[str]:
        """Whom a budget keeps, now."""
        return [pod for pod in _there(cluster, space, machine) if not cluster.evict(pod)]

    gone, left = waiting.until(kept, lambda left: not left, timeout_s=within_s, every_s=0.5)
    if not gone:
        raise TargetRefused(
            f"{', '.join(left)} did not leave {machine} within {within_s:g} s: its tier can "
            "spare no node",
            hint="Does one of them not run? `sdctl status` shows it.",
        )


def reopen(cluster: Cluster, space: Space, fault: str) -> Output:
    """Open what a fault closed; code 1: there is none."""
    found = _closed(cluster, space, fault)
    for machine in found:
        key = _key(space, fault)
        others = [
            note for note in machine["metadata"]["annotations"] if _MARK in note and note != key
        ]
        change: Object = {"metadata": {"annotations": {key: None}}}
        if not others:
            change["spec"] = {"unschedulable": None}
        cluster.patch("Node", machine["metadata"]["name"], change)
    return Output(0 if found else 1, "", "")


def is_on(cluster: Cluster, space: Space, fault: str) -> Output:
    """Code 0: it is closed by this fault; and which of the stack's nodes are on it still."""
    found = [machine["metadata"]["name"] for machine in _closed(cluster, space, fault)]
    there = [node for machine in found for node in _there(cluster, space, machine, ending=True)]
    return Output(0 if found else 1, ", ".join(there), "")


def _closed(cluster: Cluster, space: Space, fault: str) -> list[Object]:
    return [
        machine
        for machine in cluster.list("Node")
        if _key(space, fault) in machine["metadata"].get("annotations", {})
    ]


def _there(cluster: Cluster, space: Space, machine: str, *, ending: bool = False) -> list[str]:
    """The stack's pods on it but for who measures; with ``ending`` also those that end."""
    return [
        pod["metadata"]["name"]
        for pod in cluster.list("Pod", space.labels())
        if pod["spec"].get("nodeName") == machine
        and names.SETTINGS not in pod["metadata"].get("annotations", {})
        and (ending or not pod["metadata"].get("deletionTimestamp"))
    ]


def _key(space: Space, fault: str) -> str:
    return f"{space.namespace}{_MARK}{fault}"
