"""Kubernetes: all that knows a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.targets.target import Target


def TARGET(stack: str) -> Target:  # noqa: N802  # a constant of the file
    """The target of a stack."""
    # the client's library is loaded by who uses it
    from sdctl.targets.kubernetes.target import KubernetesTarget

    return KubernetesTarget(stack)
