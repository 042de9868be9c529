"""Rendered configuration files → ConfigMaps, and how a pod sees them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.node import Node
from sdctl.targets.kubernetes.names import Object, Space

PLACE = "/etc/sdctl"
_VOLUME = "config"
MOUNT: Object = {"name": _VOLUME, "mountPath": PLACE, "readOnly": True}


def of(component: str, files: Mapping[str, str]) -> dict[str, str]:
    """A component's files among those of a bundle, by their path below its folder."""
    folder = f"config/{component}/"
    return {
        path.removeprefix(folder): text for path, text in files.items() if path.startswith(folder)
    }


def document(node: Node, config: Mapping[str, str], space: Space) -> Object:
    """The ConfigMap of a node's component."""
    data = {_key(path): text for path, text in config.items()}
    return space.object("v1", "ConfigMap", node.component, node, data=data)


def volume(component: str, config: Mapping[str, str]) -> Object:
    """The ConfigMap as files: a key cannot name a folder, a path can."""
    source: Object = {"name": component}
    if any("/" in path for path in config):
        source["items"] = [{"key": _key(path), "path": path} for path in config]
    return {"name": _VOLUME, "configMap": source}


def _key(path: str) -> str:
    return path.replace("/", "__")
