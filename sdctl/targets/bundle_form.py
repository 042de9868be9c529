"""How a target writes a stack down as files: its own, and a bundle that somebody runs without
sdctl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle


@dataclass(frozen=True, kw_only=True)
class BundleForm:
    """A *project* is the target's own name for what holds a stack, such as a namespace."""

    main: str
    """The file that says what runs."""
    project_of: Callable[[str], str]
    """That of a stack, by the stack's name."""
    own_project: Callable[[Path], str]
    """That of a bundle which belongs to no stack, by the place of its folder."""
    render: Callable[[Topology], Bundle]
    """The files of the target's own stack. Pure."""
    render_as: Callable[[Topology, str], Bundle]
    """The files of a topology, as those of a project of this name. Pure."""
    readme: Callable[[Topology, str], str]
    """The text of the page that says what the folder is, Markdown."""
