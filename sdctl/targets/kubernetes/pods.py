"""A node → the template of its pod. Pure.

Nothing runs as root or may become it, nothing writes into its image, and nothing has the right to
ask Kubernetes anything: the ``restricted`` level of the pod security standards.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from sdctl.components.node import Node
from sdctl.design.topology import Topology
from sdctl.targets.kubernetes import configs, names
from sdctl.targets.kubernetes.container import container, suffix
from sdctl.targets.kubernetes.names import NODES, Object, Space

USER = 10001
"""Of the user that the images built here run as, and of the group that may write to volumes."""


def template(
    node: Node, topology: Topology, space: Space, image: str, config: Mapping[str, str]
) -> Object:
    """The pod template of all nodes of a component: they differ by nothing but their name.

    ``config`` is what its ConfigMap holds. The template carries a digest of itself, and of what is
    not in it: who changes a file behind a mount changes the node.
    """
    spec: Object = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # The pod's first process is none of ours: it reaps, and lets the server process be killed
        # from inside
        "shareProcessNamespace": True,
        "terminationGracePeriodSeconds": math.ceil(node.stop_grace_s),
        "securityContext": _rights(node),
        "dnsConfig": {
            "searches": [f"{NODES}{space.domain}"],
            # a node that is gone is not waited for longer than on one machine
            "options": [{"name": "timeout", "value": "1"}, {"name": "attempts", "value": "2"}],
        },
        "affinity": {"podAntiAffinity": _apart(node, space)},
        "containers": [container(node, topology, image, space, config)],
        "volumes": _volumes(node, config),
    }
    if node.background:
        spec["priorityClassName"] = background(space)
    networks = {f"{names.NETWORK}{network}": "" for network in node.networks}
    about: Object = {"labels": {**space.labels(node), **networks}, "annotations": {}}
    if node.observes:
        about["annotations"] = _profile(topology)
    # the observer follows its file by itself: who scales a tier leaves it alone
    seen = {} if node.observes else dict(config)
    text = json.dumps([about, spec, seen], sort_keys=True)
    about["annotations"][names.SPEC] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return {"metadata": about, "spec": spec}


def background(space: Space) -> str:
    """The name of the stack's priority class: these have no namespace."""
    return f"{space.namespace}-background"


def _rights(node: Node) -> Object:
    """Who its processes are. A vendor's image has a user of its own, which must not be root."""
    uid, _, gid = node.user.partition(":")
    rights: Object = {"runAsNonRoot": True}
    if node.image.reference is None:
        rights |= {"runAsUser": USER, "runAsGroup": USER}
    elif uid.isdigit():
        rights |= {"runAsUser": int(uid)} | ({"runAsGroup": int(gid)} if gid.isdigit() else {})
    return {**rights, "fsGroup": USER, "seccompProfile": {"type": "RuntimeDefault"}}


def _apart(node: Node, space: Space) -> Object:
    """Nodes of a tier on different machines, where there are several."""
    term = {
        "labelSelector": {"matchLabels": space.picks(node)},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "podAffinityTerm": term}
        ]
    }


def _volumes(node: Node, config: Mapping[str, str]) -> list[Object]:
    """Scratch folders are in memory, and count to the node's."""
    scratch = [
        {"name": f"scratch-{n}", "emptyDir": {"medium": "Memory"}}
        for n, _ in enumerate(node.scratch or (), 1)
    ]
    return [*scratch, *([configs.volume(node.component, config)] if config else [])]


def claims(node: Node, space: Space) -> list[Object]:
    """The templates of a node's claims, of the cluster's own storage class."""
    return [
        {
            "metadata": {"name": suffix(node, volume.name), "labels": space.labels(node)},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": str(volume.size or _STORAGE)}},
            },
        }
        for volume in node.volumes
    ]


_STORAGE = "8Gi"
"""Of each claim. A load of half an hour at 500 orders a second writes less than 2."""


def _profile(topology: Topology) -> dict[str, Any]:
    """What a stack was made from is kept with its observer."""
    left_out = topology.profile.left_out
    return {
        names.PROFILE: topology.profile.name,
        names.SETTINGS: json.dumps(topology.profile.lasting()),
        **({names.LEFT_OUT: json.dumps(dict(left_out))} if left_out else {}),
    }
