"""A ledger on disk, read anew whenever it is asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdctl.foundation import files, output
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import OUTCOMES


class LedgerFile:
    """A ledger on disk, maybe of a run that still goes on or was killed.

    ``writes()`` reads it anew; a last line that is not whole yet is left out. Moments are shifted
    to this process's ``time.monotonic()``. Raises ``ValueError`` for a file that is no ledger.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with files.regular(path).open() as file:
            head = files.parsed(file.readline() or "null")
        if not isinstance(head, dict) or not {"run", "started_at"} <= head.keys():
            raise ValueError(f"{path} is no ledger")
        self.run = str(head["run"])
        if not isinstance(head["started_at"], int | float):
            raise ValueError(f"{path} is no ledger")
        self.started_wall = float(head["started_at"])
        self.offset = time.monotonic() - time.time() + self.started_wall

    def writes(self) -> list[Write]:
        """Every write whose outcome is known. A line that is damaged is named and passed over."""
        writes, damaged = self._read()[:2]
        if damaged:
            output.warn(f"{self._path}: {damaged} damaged lines are passed over")
        return writes

    @property
    def complete(self) -> bool:
        """Whether the run wrote everything down before it ended, and nobody damaged it since."""
        _, damaged, ended = self._read()
        return ended and not damaged

    def _read(self) -> tuple[list[Write], int, bool]:
        writes, damaged, ended = [], 0, False
        for text in files.regular(self._path).read_text(errors="replace").split("\n")[1:-1]:
            try:
                line = files.parsed(text)
                if "ended_at" in line:
                    ended = True
                else:
                    writes.append(self._write(line))
            except (ValueError, LookupError, TypeError, AttributeError):
                damaged += 1
        return writes, damaged, ended

    def _write(self, line: Mapping[str, Any]) -> Write:
        if line["outcome"] not in OUTCOMES:
            raise ValueError(line["outcome"])
        if not (
            isinstance(line["order_id"], str | None) and isinstance(line.get("digest", 0), int)
        ):
            raise TypeError(line)
        return Write(
            str(line["key"]),
            line["sent_s"] + self.offset,
            line["done_s"] + self.offset,
            line["outcome"],
            line["order_id"],
            line.get("digest", 0),
        )
