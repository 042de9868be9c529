"""What is looked at before a stack is made: each finding, and what a target knows of the room that
it has. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sdctl.foundation.errors import TargetUnavailable

Status = Literal["pass", "warning", "failure"]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """One thing that was looked at."""

    id: str
    """Stable: scripts may rely on it. See docs/doctor.md."""
    status: Status = "pass"
    """``failure``: the stack would not come up. ``warning``: it would, and something will be worse
    than it could be."""
    message: str
    fix: str = ""
    """One command that mends it, to be pasted into a shell; empty where nothing is to be done."""
    waits: bool = False
    """The command is a script that only waits until it is so: ``message`` says what for."""

    @property
    def mending(self) -> str:
        """A sentence with the command, for who reads it among others; empty where it says no more
        than the message."""
        return "" if self.waits or not self.fix else f"To mend it: {self.fix}"


@dataclass(frozen=True, kw_only=True)
class TargetReport:
    """What a target says of itself. ``None``: it does not say."""

    problems: tuple[TargetUnavailable, ...] = ()
    """Why it, or a part of it, cannot be used."""
    findings: tuple[CheckResult, ...] = ()
    memory: int | None = None
    """Bytes that all nodes together can have at most."""
    here: bool = True
    """Whether its nodes are on this machine, and so take what this machine has."""
    folder: Path | None = None
    """Where images and data are kept."""
    publishers: Mapping[int, str] = field(default_factory=dict)
    """A port of this machine → the name of what the target runs and reaches by it."""
    missing: frozenset[str] = frozenset()
    """The names of the images that are yet to be built."""
    make_room: str = ""
    """The command that gives back disk that nobody uses."""
    pull: str = ""
    """The command that gets an image from its registry, but for the image's name."""


def unavailable(problem: TargetUnavailable) -> CheckResult:
    """Of a target, or a command of it, that is not there or cannot be used."""
    return CheckResult(
        id=problem.id,
        status="failure",
        message=". ".join((problem.message, *problem.details)),
        fix=problem.fix,
    )
