"""A stack's own folder: its bundle, secrets and lock, and beside it the history of its runs.

    <state home>/stacks/<name>/bundle/      what `up` rendered last, with its .env (mode 0600)
    <state home>/stacks/<name>/lock         held while one command changes the stack
    <state home>/history/<name>/            faults and runs: for people, never read to decide

Nothing here says what runs: Docker's labels do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdctl import assets, dotenv
from sdctl.errors import UsageError

if TYPE_CHECKING:
    from sdctl.topology import Secret

_NOTHING: Mapping[str, str] = {}
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


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
        return assets.state_home() / "stacks" / self.name

    @property
    def bundle(self) -> Path:
        """The rendered files."""
        return self.folder / "bundle"

    @property
    def history(self) -> Path:
        """What happened; survives `down`."""
        return assets.state_home() / "history" / self.name

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the stack while it is changed. Raises ``UsageError`` when somebody else does."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / "lock"
        with path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                raise UsageError(
                    f"another sdctl ({file.read().strip() or 'unknown'}) is changing the stack "
                    f"{self.name!r}",
                    hint="Wait for it to end, or work on another stack with --stack NAME.",
                ) from None
            file.truncate(0)
            file.write(f"pid {os.getpid()}")
            file.flush()
            yield

    def secrets(self) -> Mapping[str, str]:
        """The secrets by name; empty before the first `up`."""
        return dotenv.read(self.bundle)

    @property
    def identity(self) -> str | None:
        """12 hex digits that are this stack's until `down` removes its data; None before `up`."""
        own = self.secrets().get("observer")
        return hashlib.sha256(own.encode()).hexdigest()[:12] if own else None

    def make_secrets(self, wanted: Sequence[Secret], said: Mapping[str, str] = _NOTHING) -> None:
        """Write ``.env`` with a value for each secret; those that are there stay as they are.

        ``said``: what else the compose file takes from there, such as where the engine keeps logs.
        """
        dotenv.write(self.bundle, wanted, {**self.secrets(), **said})

    def forget(self, *, keep_data: bool) -> None:
        """Remove the folder; with ``keep_data`` only the lock: the volumes need the secrets."""
        if keep_data:
            (self.folder / "lock").unlink(missing_ok=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
