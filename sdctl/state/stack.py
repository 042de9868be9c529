"""A stack's own folder: its bundle, secrets and lock, and beside it the history of its runs.

    <state home>/stacks/<name>/bundle/      what `up` rendered last, with its .env (mode 0600)
    <state home>/stacks/<name>/wanted.json  what it is to be: its profile, and its nodes
    <state home>/stacks/<name>/marks.json   of a change that did not come to its end
    <state home>/stacks/<name>/lock         held while one command changes the stack
    <state home>/history/<name>/            faults and runs: for people, never read to decide

Nothing here says what runs: the nodes themselves do. What is wanted is asked where they cannot.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.foundation import assets
from sdctl.foundation.errors import UsageError
from sdctl.state import lock, marks
from sdctl.targets import dotenv

if TYPE_CHECKING:
    from sdctl.components.node import Secret

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


def names() -> tuple[str, ...]:
    """The stacks of this state folder."""
    with suppress(OSError):
        return tuple(sorted(path.name for path in assets.stacks().iterdir() if path.is_dir()))
    return ()


@dataclass(frozen=True)
class Stack:
    """Where a stack keeps its files. Raises ``UsageError`` for a name that cannot be one."""

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(
                f"{self.name!r} cannot name a stack",
                hint="Use up to 32 lower-case letters, digits and dashes.",
            )

    @property
    def folder(self) -> Path:
        """Everything that `down` removes."""
        return assets.stacks() / self.name

    @property
    def bundle(self) -> Path:
        """The rendered files."""
        return self.folder / "bundle"

    @property
    def history(self) -> Path:
        """What happened; survives `down`."""
        return assets.state_home() / "history" / self.name

    def lock(self, doing: str) -> AbstractContextManager[None]:
        """Hold the stack while a command (``up``, ``chaos pause``) changes it, alone. Raises
        ``UsageError``, which says who holds it and since when."""
        return lock.held(self.folder / "lock", self.name, doing)

    @property
    def changed_by(self) -> str:
        """The command that holds the lock now; empty: none does."""
        return lock.holder(self.folder / "lock")

    @property
    def changed_by_other(self) -> str:
        """The same; empty also where it is this process."""
        return lock.holder(self.folder / "lock", but=os.getpid())

    def secrets(self) -> Mapping[str, str]:
        """The secrets by name; empty before the first `up`."""
        return dotenv.read(self.bundle)

    @property
    def identity(self) -> str | None:
        """12 hex digits that are this stack's until `down` removes its data; None before `up`."""
        own = self.secrets().get("observer")
        return hashlib.sha256(own.encode()).hexdigest()[:12] if own else None

    def make_secrets(self, wanted: Sequence[Secret]) -> None:
        """Write ``.env`` with a value for each secret; those that are there stay as they are."""
        dotenv.write(self.bundle, wanted, marks.taken_up(self.folder, wanted, self.secrets()))

    def made(self) -> None:
        """All nodes have been made as they are said to be: what an unfinished change left in this
        folder is over."""
        marks.settle(self.folder)

    def forget(self, *, keep_data: bool) -> None:
        """Remove the bundle; with ``keep_data`` nothing: the volumes need the secrets."""
        if not keep_data:
            shutil.rmtree(self.bundle, ignore_errors=True)
            marks.settle(self.folder)
