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

from sdctl.components.node import Node, Secret
from sdctl.design.topology import Topology
from sdctl.targets.dotenv import secret_variable
from sdctl.targets.kubernetes import configs, names
from sdctl.targets.kubernetes.names import NODES, SECRETS, Object, Space

USER = 10001
"""Of the user that the images built here run as, and of the group that may write to volumes."""
CONTAINER = "node"
_CPU, _BACKGROUND_CPU, _OBSERVER_CPU = 0.05, 0.01, 0.25
"""Of a processor: what a pod asks for whose tier does not say it. Of a busy machine's time each has
its share by that; on an idle one it has what it wants. Who measures has as much as a replica of the
service: on a full machine it must still answer, or a fault's verdict is unknown."""


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
        "containers": [_container(node, topology, image, space, config)],
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


def _container(
    node: Node, topology: Topology, image: str, space: Space, config: Mapping[str, str]
) -> Object:
    container: Object = {
        "name": CONTAINER,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": _environment(node, space),
        "ports": [{"name": port.name, "containerPort": port.number} for port in node.ports],
        "resources": _resources(node, topology),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": node.scratch is not None,
        },
        "volumeMounts": [
            *({"name": _suffix(node, volume.name), "mountPath": volume.path}
              for volume in node.volumes),
            *({"name": f"scratch-{n}", "mountPath": path}
              for n, path in enumerate(node.scratch or (), 1)),
            *([configs.MOUNT] if config else []),
        ],
    }  # fmt: skip
    if node.entrypoint:
        container["command"] = list(node.entrypoint)
    if node.command:
        container["args"] = list(node.command)
    if ready := _ready(node):
        container["readinessProbe"] = ready
    if node.stop_signal != "SIGTERM":
        container["lifecycle"] = {"preStop": _told_to_end(node.stop_signal)}
    return container


def _environment(node: Node, space: Space) -> list[Object]:
    """A node's own name and number come from its pod; a secret's value from the Secret."""
    own = {
        "NODE_NAME": {"fieldRef": {"fieldPath": "metadata.name"}},
        "NODE_ORDINAL": {
            "fieldRef": {"fieldPath": "metadata.labels['apps.kubernetes.io/pod-index']"}
        },
    }
    found: list[Object] = [{"name": name, "valueFrom": source} for name, source in own.items()]
    for name, value in node.env.items():
        if isinstance(value, Secret):
            key = {"name": SECRETS, "key": secret_variable(value.name)}
            found.append({"name": name, "valueFrom": {"secretKeyRef": key}})
        elif name not in own:
            # a dollar that begins no name of a variable
            found.append({"name": name, "value": value.replace("$(", "$$(")})
    if node.observes:
        found.append({"name": "NODES_DOMAIN", "value": space.nodes_domain})
    return found


def _resources(node: Node, topology: Topology) -> Object:
    """The limit is the profile's. Asked for is half of it: under load all nodes together took a
    third of their limits. CPU has no limit, as on one machine."""
    settings = topology.profile.settings[node.tier]
    usual = _OBSERVER_CPU if node.observes else _BACKGROUND_CPU if node.background else _CPU
    cpu = float(getattr(settings, "cpu_request", usual))
    return {
        "requests": {"cpu": f"{round(cpu * 1000)}m", "memory": str(node.memory // 2)},
        "limits": {"memory": str(node.memory)},
    }


def _ready(node: Node) -> Object:
    """Whether it gets requests that come by a Service. There is no probe of whether it lives: what
    ends is started anew without one, and a node that hangs, or is paused, shall be seen to.

    Of the ports that ask for no login the last is asked: figures come last, and whoever gives them
    complains of nobody who comes and goes.
    """
    if not node.ports:
        return {}
    port = next((port for port in reversed(node.ports) if port.login is None), node.ports[0])
    how: Object = {"port": port.name}
    asks = {"httpGet": {**how, "path": port.ready}} if port.ready else {"tcpSocket": how}
    return {**asks, "periodSeconds": 2, "timeoutSeconds": 5, "failureThreshold": 3}


def _told_to_end(signal: str) -> Object:
    """Kubernetes ends with SIGTERM; this sends the other signal to every process of the pod first,
    and waits until none is left or the grace period is over."""
    word = signal.removeprefix("SIG")
    script = f"kill -s {word} -- -1; while kill -s 0 -- -1 2> /dev/null; do sleep 0.1; done"
    return {"exec": {"command": ["sh", "-c", script]}}


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
            "metadata": {"name": _suffix(node, volume.name), "labels": space.labels(node)},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": str(volume.size or _STORAGE)}},
            },
        }
        for volume in node.volumes
    ]


_STORAGE = "8Gi"
"""Of each claim. A load of half an hour at 500 orders a second writes less than 2."""


def _suffix(node: Node, volume: str) -> str:
    """``data`` of the volume ``redis-1-data``: the claim is then ``data-redis-1``."""
    return volume.removeprefix(f"{node.name}-")


def _profile(topology: Topology) -> dict[str, Any]:
    """What a stack was made from is kept with its observer."""
    left_out = topology.profile.left_out
    return {
        names.PROFILE: topology.profile.name,
        names.SETTINGS: json.dumps(topology.profile.lasting()),
        **({names.LEFT_OUT: json.dumps(dict(left_out))} if left_out else {}),
    }
