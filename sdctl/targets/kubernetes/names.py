"""The names by which Kubernetes and sdctl know the parts of a stack.

One namespace holds one stack. Its objects are named as the component: ``postgres`` is a StatefulSet
whose pods are the nodes ``postgres-1``, ``postgres-2``. The labels that Kubernetes recommends say
what belongs together; annotations say the rest, by the same words as on one machine.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdctl.components.node import Node

STACK, TIER, COMPONENT = (f"app.kubernetes.io/{word}" for word in ("instance", "component", "name"))
_MANAGED = {"app.kubernetes.io/managed-by": "sdctl", "app.kubernetes.io/part-of": "sdctl"}
NETWORK = "network.sdctl/"
"""With a network's name: on each pod, which of the topology's networks it is on."""
POD = "statefulset.kubernetes.io/pod-name"
"""A label that Kubernetes gives to each pod of a StatefulSet: its name."""
OWNER = "sdctl.owner"
"""A label: the mark of the state folder that made it."""
SPEC, PROFILE, SETTINGS, LEFT_OUT = (
    f"sdctl.{word}" for word in ("spec", "profile", "settings", "left_out")
)
"""Annotations of pods: a digest of how one was made; of the observer's, also what the stack is."""

NODES = "nodes"
"""The headless Service that gives every pod its name, ready or not."""
SECRETS = "secrets"
CLUSTER_DOMAIN = "cluster.local"

Object = dict[str, Any]
"""A Kubernetes object as plain data."""


@dataclass(frozen=True, kw_only=True)
class Space:
    """Where the objects of a stack are."""

    stack: str
    namespace: str

    @property
    def domain(self) -> str:
        """What follows the name of a Service."""
        return f".{self.namespace}.svc.{CLUSTER_DOMAIN}"

    @property
    def nodes_domain(self) -> str:
        """What follows the name of a node."""
        return f".{NODES}{self.domain}"

    def labels(self, node: Node | None = None) -> dict[str, str]:
        """Of everything of the stack and of nothing else, or of what belongs to a node's
        component."""
        own = {} if node is None else {COMPONENT: node.component, TIER: node.tier}
        return {**labels_of(self.stack), **own}

    def picks(self, node: Node) -> dict[str, str]:
        """The labels that pick all pods of a node's component, and no other."""
        return {**self.labels(), COMPONENT: node.component}

    def object(
        self, version: str, kind: str, name: str, node: Node | None = None, **body: Any
    ) -> Object:
        """One in the namespace."""
        about = {"name": name, "namespace": self.namespace, "labels": self.labels(node)}
        return {"apiVersion": version, "kind": kind, "metadata": about, **body}


def labels_of(stack: str) -> dict[str, str]:
    """Of everything of a stack. Others name what is theirs in the same way, with another manager:
    such as Helm, whose release may have the stack's name."""
    return {**_MANAGED, STACK: stack}


def namespace_of(stack: str) -> str:
    """The namespace of a stack for which the user names none."""
    return stack if stack == "sdctl" else f"sdctl-{stack}"


def own_namespace(place: Path) -> str:
    """That of a bundle which belongs to no stack: its folder's name, as far as it can be one, and
    six digits of its whole path."""
    name = re.sub(r"[^a-z0-9]+", "-", place.name.lower()).strip("-")[:24].strip("-")
    return f"{name or 'bundle'}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:6]}"
