"""Kubernetes: all that knows a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.targets.target import Target


def TARGET(  # noqa: N802  # a constant of the file
    stack: str, *, context: str = "", namespace: str = "", expose: str = ""
) -> Target:
    """The target of a stack. Without a context it is the current one of the user's kubeconfig."""
    # the client's library is loaded by who uses it
    from sdctl.targets.kubernetes.target import KubernetesTarget

    return KubernetesTarget(stack, context=context, namespace=namespace, expose=expose)
