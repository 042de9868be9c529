"""How `up` tells what it does: the contract between lifecycle and whatever shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sdctl.state.snapshot import Snapshot


class Progress(Protocol):
    """Called as things happen; never asked for anything."""

    def stage(self, name: str) -> None:
        """A new stage begins."""

    def detail(self, text: str) -> None:
        """A line about what the stage is doing."""

    def done(self, text: str) -> None:
        """A part of the stage is done."""

    def say(self, text: str) -> None:
        """A line that stays."""

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        """The stack as it is now; by node that is not ready what it says, or waits for."""


class Silent:
    """Shows nothing."""

    def stage(self, name: str) -> None:
        """Nothing."""

    def detail(self, text: str) -> None:
        """Nothing."""

    def done(self, text: str) -> None:
        """Nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        """Nothing."""
