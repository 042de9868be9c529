"""What a component says of its tier for those who break it."""

from __future__ import annotations

from dataclasses import dataclass

from sdctl.components.layout import Layout as Layout  # plug-ins of 0.1 import it from here


@dataclass(frozen=True, kw_only=True)
class Delay:
    """What a follower runs to receive what its leader writes, and not to apply it."""

    begin: tuple[str, ...]
    end: tuple[str, ...]
    """Harmless where it has not begun, or the node leads by now."""
    shows: tuple[str, ...]
    """Prints ``paused`` once it applies nothing more, the bytes that it has received and not
    applied, and how many seconds old what it applied last is."""


@dataclass(frozen=True, kw_only=True)
class Flush:
    """What empties a node that only keeps copies, and what shows it."""

    command: tuple[str, ...]
    keys: tuple[str, ...]
    """Prints how many keys the node holds."""
    flushes: tuple[str, ...]
    """Prints how often it was emptied since it started."""


@dataclass(frozen=True, kw_only=True)
class Alone:
    """What it means that nobody can take over from the node that leads the tier, or its part."""

    meanwhile: str
    """How the stack goes on until that node is back."""
    cure: str
    """The setting with which there is somebody, as in ``--set``."""


@dataclass(frozen=True, kw_only=True)
class Successor:
    """Who leads the tier after its leader has failed."""

    called: str = "a new leader"
    meanwhile: str = ""
    """Why no client had to wait for it; empty: they wait."""
