"""What is forwarded: ports of pods, and where they are on this machine; as a file says it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sdctl.foundation import files, json_files


@dataclass(frozen=True, kw_only=True)
class Forward:
    """A port of a pod, and where it is on this machine."""

    node: str
    number: int
    listen: int = 0
    """0: the kernel's choice."""
    through: str = ""
    """``host:port`` that leads there as well; empty: by way of the API."""


@dataclass(frozen=True, kw_only=True)
class Forwards:
    """All of a stack."""

    context: str
    namespace: str
    forwards: tuple[Forward, ...]

    def has(self, wanted: Forwards) -> bool:
        """Whether these are the wanted ones, on the wanted ports where those are named."""
        ports = {(forward.node, forward.number): forward.listen for forward in self.forwards}
        return _key(self) == _key(wanted) and all(
            forward.listen in (0, ports[forward.node, forward.number])
            for forward in wanted.forwards
        )

    def write(self, file: Path) -> None:
        """Say them in a file, at once and whole."""
        files.write_whole(file, json.dumps(asdict(self)))


def read(file: Path) -> Forwards | None:
    """What a file says; None: it says nothing that can be used."""
    try:
        value = json_files.json_of(file)
        forwards = tuple(Forward(**forward) for forward in value["forwards"])
        return Forwards(**{**value, "forwards": forwards})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(all_: Forwards) -> Sequence[Any]:
    return (all_.context, all_.namespace, sorted(
        (forward.node, forward.number, forward.through) for forward in all_.forwards
    ))  # fmt: skip
