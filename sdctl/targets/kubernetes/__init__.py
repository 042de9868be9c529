"""Kubernetes: all that knows a cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdctl.foundation.errors import UsageError

if TYPE_CHECKING:
    from sdctl.targets.target import Target

_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""RFC 1123, a label: it goes into the addresses of the cluster's API as it is."""


def TARGET(  # noqa: N802  # a constant of the file
    stack: str, *, context: str = "", namespace: str = "", expose: str = ""
) -> Target:
    """The target of a stack. Without a context it is the current one of the user's kubeconfig.
    Raises ``UsageError`` for what cannot name a namespace."""
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise UsageError(
            f"{namespace[:40]!r} cannot name a namespace",
            hint="Use up to 63 lower-case letters, digits and dashes.",
        )
    # the client's library is loaded by who uses it
    from sdctl.targets.kubernetes.target import KubernetesTarget

    return KubernetesTarget(stack, context=context, namespace=namespace, expose=expose)
