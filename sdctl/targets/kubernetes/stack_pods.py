"""The pods of one stack, found by their labels."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.kubernetes import answers
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import Object, Space


class StackPods:
    """Of a stack; asked for anew each time."""

    def __init__(self, cluster: Cluster, space: Space) -> None:
        self.cluster = cluster
        self.space = space

    def all(self) -> Mapping[str, Object]:
        """By the names of their nodes; one call, however many."""
        pods = self.cluster.list("Pod", self.space.labels())
        return {pod["metadata"]["name"]: pod for pod in pods}

    def find(self, node: str) -> Object | None:
        """The node's; None: there is none, or it is somebody else's."""
        pod = self.cluster.get("Pod", node)
        ours = pod is not None and answers.owner(pod, self.space.stack) is not None
        return pod if ours else None

    def one(self, node: str) -> Object:
        """The node's. Raises ``NoSuchTarget``."""
        pod = self.find(node)
        if pod is None:
            raise NoSuchTarget(
                f"there is no node {node!r} in the stack {self.space.stack!r}",
                hint="`sdctl status` shows what there is.",
            )
        return pod
