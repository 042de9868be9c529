"""A ledger on disk: each look reads what was added since the one before."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdctl.foundation import files, json_files, moments, output
from sdctl.foundation.growing import GrowingFile
from sdctl.judge.ledger import Write
from sdctl.judge.outcome import OUTCOMES


class LedgerFile:
    """A ledger on disk, maybe of a run that still goes on or was killed.

    A last line that is not whole yet is left out. Moments are shifted to this process's
    ``time.monotonic()``. Raises ``ValueError`` for a file that is no ledger.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with files.regular(path).open("rb") as file:
            first = file.readline()
        head = json_files.parsed(first or "null")
        if not isinstance(head, dict) or not {"run", "started_at"} <= head.keys():
            raise ValueError(f"{path} is no ledger")
        self.run = str(head["run"])
        try:
            self.started_wall = moments.of_seconds(head["started_at"]).timestamp()
        except (ValueError, TypeError):
            raise ValueError(f"{path} is no ledger: its run began at no moment") from None
        self.offset = self.started_wall + moments.to_monotonic()
        self._file = GrowingFile(path, after=len(first))
        self._lock = threading.Lock()
        """Several threads look: whoever waits for a fault's end, and whoever tells meanwhile."""
        self._writes: list[Write] = []
        self._damaged, self._ended = 0, False

    def writes(self) -> list[Write]:
        """Every write whose outcome is known. A line that is damaged is named and passed over."""
        with self._lock:
            self._look()
            if self._damaged:
                output.warn(f"{self._path}: {self._damaged} damaged lines are passed over")
            return list(self._writes)

    @property
    def complete(self) -> bool:
        """Whether the run wrote everything down before it ended, and nobody damaged it since."""
        with self._lock:
            self._look()
            return self._ended and not self._damaged

    def _look(self) -> None:
        for text in self._file.lines():
            try:
                line = json_files.parsed(text)
                if "ended_at" in line:
                    self._ended = True
                else:
                    self._writes.append(self._write(line))
            except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
                self._damaged += 1

    def _write(self, line: Mapping[str, Any]) -> Write:
        if line["outcome"] not in OUTCOMES:
            raise ValueError(line["outcome"])
        if not (
            isinstance(line["order_id"], str | None) and isinstance(line.get("digest", 0), int)
        ):
            raise TypeError(line)
        return Write(
            str(line["key"]),
            self._moment(line["sent_s"]),
            self._moment(line["done_s"]),
            line["outcome"],
            line["order_id"],
            line.get("digest", 0),
        )

    def _moment(self, since_start: float) -> float:
        moments.of_seconds(self.started_wall + since_start)
        return since_start + self.offset
