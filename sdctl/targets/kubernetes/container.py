"""A node → the one container of its pod. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.node import Node, Secret
from sdctl.design.topology import Topology
from sdctl.targets.dotenv import secret_variable
from sdctl.targets.kubernetes import configs
from sdctl.targets.kubernetes.names import SECRETS, Object, Space

CONTAINER = "node"
_CPU, _BACKGROUND_CPU, _OBSERVER_CPU = 0.05, 0.01, 0.25
"""Of a processor: what a pod asks for whose tier does not say it. Of a busy machine's time each has
its share by that; on an idle one it has what it wants. Who measures has as much as a replica of the
service: on a full machine it must still answer, or a fault's verdict is unknown."""


def container(
    node: Node, topology: Topology, image: str, space: Space, config: Mapping[str, str]
) -> Object:
    """As the pod has it. ``config`` is what the node's ConfigMap holds."""
    made: Object = {
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
            *({"name": suffix(node, volume.name), "mountPath": volume.path}
              for volume in node.volumes),
            *({"name": f"scratch-{n}", "mountPath": path}
              for n, path in enumerate(node.scratch or (), 1)),
            *([configs.MOUNT] if config else []),
        ],
    }  # fmt: skip
    if node.entrypoint:
        made["command"] = list(node.entrypoint)
    if node.command:
        made["args"] = list(node.command)
    if ready := _ready(node):
        made["readinessProbe"] = ready
    if node.stop_signal != "SIGTERM":
        made["lifecycle"] = {"preStop": _told_to_end(node.stop_signal)}
    return made


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


def suffix(node: Node, volume: str) -> str:
    """``data`` of the volume ``redis-1-data``: the claim is then ``data-redis-1``."""
    return volume.removeprefix(f"{node.name}-")
