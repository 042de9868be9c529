"""Topology → a Docker Compose file. The only place that knows Compose's words."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sdctl.components.node import Node, Port, Secret, Volume
from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose import host_paths
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.dotenv import OWNER, secret_variable
from sdctl.targets.yaml_text import written

_OWNER = {f"{LABEL}owner": f"${{{secret_variable(OWNER)}:-}}"}
"""From ``.env``, so that a bundle is the same whoever renders it."""
_USER = "uid=10001,gid=10001"
"""The user that our images run as."""
_OWN = f"mode=0700,{_USER}"
_SCRATCH = f"mode=1777,{_USER}"
"""Anybody's. An engine may keep the mode of the image's own folder: then it is the user's that our
images run as."""
_BACKGROUND_SHARES = 16
"""Of the usual 1,024: the kernel divides a busy processor's time by these, an idle one's it does
not. Shares alone leave a request waiting for the background's turn to end: what uses much CPU also
gives way at once (SCHED_IDLE, in its start script), which the engine has no setting for."""


def services(topology: Topology, bundle: Bundle, project: str) -> dict[str, dict[str, Any]]:
    """Compose's services by node; ``bundle`` holds the files they refer to. Each carries a digest
    of itself as a label, so that one look at the labels tells whether anything differs."""
    made = {node.name: _service(node, topology, bundle, project) for node in topology.nodes}
    for service in made.values():
        text = json.dumps(service, sort_keys=True)
        service["labels"][f"{LABEL}spec"] = hashlib.sha256(text.encode()).hexdigest()[:12]
    return made


def document(topology: Topology, services: dict[str, dict[str, Any]], project: str) -> str:
    """The text of ``compose.yml``."""
    stack = {f"{LABEL}stack": topology.stack}
    compose = {
        "name": project,
        "services": services,
        "networks": {
            network.name: {"labels": {**stack}} | _closed(internal=network.internal)
            for network in topology.networks
        },
        "volumes": {
            volume.name: {"labels": {**stack, **_OWNER}} | _limited(volume)
            for node in topology.nodes
            for volume in node.volumes
        },
    }
    return written(compose)


def _limited(volume: Volume) -> dict[str, Any]:
    """Of a size that the kernel holds it to: what any machine has for that is in memory."""
    if not volume.size:
        return {}
    mount = f"size={volume.size},{_OWN}"
    return {"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": mount}}


def _closed(*, internal: bool) -> dict[str, Any]:
    """No network has a way out of the machine. A port on an internal one cannot be published; of
    the others no address is translated, so that nobody outside can answer."""
    if internal:
        return {"internal": True}
    return {"driver_opts": {"com.docker.network.bridge.enable_ip_masquerade": "false"}}


def _service(node: Node, topology: Topology, bundle: Bundle, project: str) -> dict[str, Any]:
    config = f"config/{node.component}/"
    has_config = any(path.startswith(config) for path in bundle.files)
    service: dict[str, Any] = {
        **_image(node, bundle),
        "container_name": f"{project}-{node.name}",
        "hostname": node.name,
        "labels": _labels(node, topology, bundle.digest(config) if has_config else ""),
        "environment": {key: _value(value) for key, value in node.env.items()}
        | _hosts(node, project),
        "networks": {name: {"aliases": [node.component]} for name in node.networks},
        "mem_limit": node.memory,
        # memory and swap together: what is over the limit is not swapped out instead
        "memswap_limit": node.memory,
        "pids_limit": node.processes,
        "restart": "unless-stopped",
        # an init reaps, passes signals on, and lets the server process be killed from inside
        "init": True,
        # On an internal network Docker's DNS leaves the question for a stopped node's name
        # unanswered; with the usual 5 s × 2 a failover would wait for that more than for the lease.
        "dns_opt": ["timeout:1", "attempts:1"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "stop_grace_period": f"{node.stop_grace_s:g}s",
        "stop_signal": node.stop_signal,
        # no service ever waits for whoever reads its log, and no log fills the disk
        "logging": _logging(node),
    }
    if node.scratch is not None:
        service["read_only"] = True
        service["tmpfs"] = [f"{path}:{_SCRATCH}" for path in node.scratch]
    if node.background:
        service["cpu_shares"] = _BACKGROUND_SHARES
    if node.user:
        service["user"] = node.user
    if node.open_files is not None:
        service["ulimits"] = {"nofile": node.open_files}
    if node.entrypoint:
        service["entrypoint"] = list(node.entrypoint)
    if node.command:
        service["command"] = list(node.command)
    published = [_publish(port) for port in node.ports if port.publish]
    if published:
        service["ports"] = published
    mounts = [f"{volume.name}:{volume.path}" for volume in node.volumes]
    mounts += host_paths.mounts(topology.requires(node))
    if has_config:
        mounts.append(f"./{config.rstrip('/')}:/etc/sdctl:ro")
    if mounts:
        service["volumes"] = mounts
    return service


def _hosts(node: Node, project: str) -> dict[str, str]:
    """Where the ports listen that are closed to the way in: Docker's DNS knows a node's name on
    each of its networks as ``NAME.NETWORK``."""
    if set(node.networks) == set(node.inside):
        return {}
    name = f"{node.name}.{project}_{node.inside[0]}" if node.inside else ""
    return {f"{port.name.upper()}_HOST": name for port in node.ports if port.inside and name}


def _image(node: Node, bundle: Bundle) -> dict[str, Any]:
    tag = image_tag(bundle, node.image)
    if node.image.reference is not None:
        return {"image": tag}
    return {"image": tag, "build": {"context": f"./images/{node.image.name}"}}


def _logging(node: Node) -> dict[str, Any]:
    options = {"max-size": "10m", "max-file": "3"}
    if node.collected:
        # with every line, so that its reader need not ask anybody whose it is
        options["labels"] = ",".join(f"{LABEL}{name}" for name in ("stack", "tier", "node"))
    return {"driver": "json-file" if node.collected else "local", "options": options}


def _labels(node: Node, topology: Topology, config_digest: str) -> dict[str, str]:
    labels = {
        f"{LABEL}stack": topology.stack,
        **_OWNER,
        f"{LABEL}tier": node.tier,
        f"{LABEL}component": node.component,
        f"{LABEL}node": node.name,
    }
    if config_digest and not node.observes:
        # Compose does not see a changed file behind a mount; it does see a changed label. The
        # observer follows its file by itself: who scales a tier leaves it alone
        labels[f"{LABEL}config"] = config_digest
    if node.observes:
        labels[f"{LABEL}profile"] = topology.profile.name
        if topology.profile.left_out:
            labels[f"{LABEL}left_out"] = json.dumps(topology.profile.left_out).replace("$", "$$")
        labels[f"{LABEL}settings"] = json.dumps(topology.profile.lasting()).replace("$", "$$")
    return labels


def _publish(port: Port) -> str:
    return f"127.0.0.1:{port.host or ''}:{port.number}"


def _value(value: str | Secret) -> str:
    if isinstance(value, Secret):
        return f"${{{secret_variable(value.name)}:?}}"
    return value.replace("$", "$$")
