"""Whose a container is, by the engine's own files; no engine is asked.

Docker keeps a container's settings, labels and restart count in
``<root>/containers/<id>/config.v2.json`` (moby, container/container.go).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = "config.v2.json"
_LABEL = "sdctl."


@dataclass(frozen=True, kw_only=True)
class RunningContainer:
    """A container of this stack that runs now."""

    id: str
    node: str
    tier: str
    restarts: int
    """Made by the engine since the container was created."""


class ContainerInventory:
    """The containers of one stack. A file is read again only when it was written again."""

    def __init__(self, folder: Path, stack: str) -> None:
        self._folder = folder
        self._stack = stack
        self._read: dict[str, tuple[int, RunningContainer | None]] = {}

    def containers(self) -> list[RunningContainer]:
        """Those that run, by node."""
        read = {}
        for path in self._folder.glob(f"*/{_FILE}"):
            try:
                written = path.stat().st_mtime_ns
                known = self._read.get(path.parent.name)
                if known is not None and known[0] == written:
                    read[path.parent.name] = known
                else:
                    found = parse(json.loads(path.read_text()), self._stack)
                    read[path.parent.name] = (written, found)
            except (OSError, ValueError):
                # it was removed, or is being written, this very moment: the next look has it
                continue
        self._read = read
        ours = (container for _, container in read.values() if container is not None)
        return sorted(ours, key=lambda container: container.node)


def parse(config: Mapping[str, Any], stack: str) -> RunningContainer | None:
    """Pure: None for a container of somebody else, or one that does not run."""
    labels = config["Config"]["Labels"] or {}
    node = labels.get(f"{_LABEL}node")  # the helper of a fault is none
    if labels.get(f"{_LABEL}stack") != stack or not node or not config["State"]["Running"]:
        return None
    return RunningContainer(
        id=config["ID"],
        node=node,
        tier=labels[f"{_LABEL}tier"],
        restarts=int(config.get("RestartCount", 0)),
    )
