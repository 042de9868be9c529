"""Which load is sent to a stack right now: whoever breaks the stack measures by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sdctl.foundation import files, json_files, processes
from sdctl.foundation.errors import UsageError
from sdctl.judge.ledger import Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_folder import RunFolder
from sdctl.state.stack import Stack


class OtherLoad:
    """A load that another sdctl sends; its ledger is read as it is written."""

    def __init__(self, path: Path) -> None:
        self._ledger = LedgerFile(path)
        self._series = RunFolder(path.parent).so_far()
        self.run = self._ledger.run

    def writes(self) -> list[Write]:
        """Every whole line so far."""
        return self._ledger.writes()

    def ticks(self) -> list[dict[str, Any]]:
        """The load's ticks so far."""
        return self._series.ticks()

    def stop(self) -> None:
        """Not ours to end, so its result is not known."""


@contextmanager
def announced(stack: Stack, ledger: Path) -> Iterator[None]:
    """While a load runs, a fault can find it: the file names its process and its ledger. The last
    load that began is the one that is found."""
    path = stack.history / "load.json"
    text = json.dumps({**processes.this(), "ledger": str(ledger)}) + "\n"
    files.write_whole(path, text)
    try:
        yield
    finally:
        if path.is_file() and path.read_text() == text:
            path.unlink(missing_ok=True)


def running(stack: Stack) -> OtherLoad | None:
    """The load that another sdctl sends to this stack now, if there is one."""
    path = stack.history / "load.json"
    try:
        raw = json_files.read_object(path)
        return OtherLoad(Path(raw["ledger"])) if processes.lives(raw) else None
    except (OSError, json_files.Damaged, ValueError, LookupError, TypeError):
        return None


def check_none(stack: Stack, what: str) -> None:
    """Raise ``UsageError`` while a load is sent to the stack: of ``what`` compares runs, each must
    have writes of its own."""
    if (other := running(stack)) is not None:
        raise UsageError(
            f"a load is sent to the stack {stack.name!r} already (run {other.run}), and {what} "
            "needs one of its own for each run that it compares",
            hint="End that load with Ctrl-C, then run this again.",
        )
