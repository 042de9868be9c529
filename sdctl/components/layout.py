"""All nodes of a component at once, so that its file says only what is special."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdctl.components.node import ACCESS, OPEN_NETWORKS, Node, Shared, Volume
from sdctl.components.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Layout(Shared):
    """All nodes of a component, so that its file says only what is special."""

    settings: Settings
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Volume name suffix → path."""
    volume_size: int = 0
    """Bytes that each of them holds at most; 0: no limit but the disk."""

    def expand(self) -> tuple[Node, ...]:
        """``settings.count`` nodes, each told its own name and ordinal in its environment.

        An exposed port's host number grows by one from node to node.
        """
        return tuple(self._node(ordinal) for ordinal in range(1, self.settings.count + 1))

    def _node(self, ordinal: int) -> Node:
        name = f"{self.component}-{ordinal}"
        ports = tuple(
            port if port.host is None else dataclasses.replace(port, host=port.host + ordinal - 1)
            for port in self.ports
        )
        published = any(port.publish for port in ports)
        exposed = published and not set(OPEN_NETWORKS) & set(self.networks)
        shared = {field.name: getattr(self, field.name) for field in dataclasses.fields(Shared)}
        own = {
            "ports": ports,
            # a port on an internal network cannot be published
            "networks": (ACCESS, *self.networks) if exposed else self.networks,
            "env": {"NODE_NAME": name, "NODE_ORDINAL": str(ordinal), **self.env},
        }
        return Node(
            name=name,
            ordinal=ordinal,
            memory=self.settings.memory,
            volumes=tuple(
                Volume(name=f"{name}-{suffix}", path=path, size=self.volume_size)
                for suffix, path in self.volumes.items()
            ),
            **(shared | own),
        )
