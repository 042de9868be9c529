"""The ledger: every write a load sent, with its outcome; on disk as it becomes known.

{"run": "1f2e3d4c", "started_at": 1764085000.1}
{"key": "1f2e3d4c-00000000", "sent_s": 0.01, "done_s": 0.02, "outcome": "acknowledged", ...}
{"ended_at": 1764085030.1}              only when the run was not cut off
"""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from sdctl.foundation import files
from sdctl.judge.outcome import OUTCOMES, Outcome


class Write(NamedTuple):
    """One write. Moments are of ``time.monotonic()``; ``done_at`` is when its outcome was known."""

    key: str
    sent_at: float
    done_at: float
    outcome: Outcome
    order_id: str | None = None
    digest: int = 0
    """What it said (``sdctl.judge.content``); 0: not known, as in a ledger of an older sdctl."""


class Rows(NamedTuple):
    """Writes as columns: cheap to send."""

    keys: list[str]
    sent: array[float]
    done: array[float]
    outcomes: bytearray
    order_ids: list[str | None]
    digests: array[int]


class Ledger:
    """Append-only, in the order in which outcomes became known. Columns, so that a million writes
    take no more than 200 megabytes, most of it their keys and ids.

    With a ``path``, ``flush()`` appends what is new as JSON lines with seconds since the start; the
    first line holds the run and the wall clock's start.
    """

    def __init__(self, run: str, *, path: Path | None = None) -> None:
        self.run = run
        self.started_at = time.monotonic()
        self.started_wall = time.time()
        self._keys: list[str] = []
        self._sent = array("d")
        self._done = array("d")
        self._outcomes = bytearray()
        self._ids: list[str | None] = []
        self._digests = array("I")
        self._flushed = 0
        self._file: IO[str] | None = None
        self._path = path or Path()
        if path is not None:
            self._file = path.open("a", encoding="utf-8")
            self._line({"run": run, "started_at": self.started_wall})

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Write]:
        return self.since(0)

    def since(self, start: int) -> Iterator[Write]:
        """The writes from number ``start`` on."""
        # another thread may append meanwhile; the keys are appended last
        for number in range(start, len(self._keys)):
            yield Write(
                self._keys[number],
                self._sent[number],
                self._done[number],
                OUTCOMES[self._outcomes[number]],
                self._ids[number],
                self._digests[number],
            )

    def append(self, write: Write) -> None:
        """Note a write's outcome."""
        key, sent_at, done_at, outcome, order_id, digest = write
        self._sent.append(sent_at)
        self._done.append(done_at)
        self._outcomes.append(OUTCOMES.index(outcome))
        self._ids.append(order_id)
        self._digests.append(digest)
        # last: readers in another thread go by its length
        self._keys.append(key)

    def rows(self, start: int) -> Rows:
        """The writes from number ``start`` on, to be sent to another process's ledger."""
        return Rows(
            self._keys[start:],
            self._sent[start:],
            self._done[start:],
            self._outcomes[start:],
            self._ids[start:],
            self._digests[start:],
        )

    def extend(self, rows: Rows) -> None:
        """Append what another process's ledger noted."""
        self._sent.extend(rows.sent)
        self._done.extend(rows.done)
        self._outcomes.extend(rows.outcomes)
        self._ids.extend(rows.order_ids)
        self._digests.extend(rows.digests)
        self._keys.extend(rows.keys)

    def count(self, outcome: Outcome) -> int:
        """How many writes had this outcome."""
        return self._outcomes.count(OUTCOMES.index(outcome))

    def flush(self) -> None:
        """Append what is new to the file, if there is one."""
        if self._file is None:
            return
        with files.naming(self._path):
            self._flush(self._file)

    def _flush(self, file: IO[str]) -> None:
        for write in self.since(self._flushed):
            self._line(
                {
                    "key": write.key,
                    "sent_s": round(write.sent_at - self.started_at, 6),
                    "done_s": round(write.done_at - self.started_at, 6),
                    "outcome": write.outcome,
                    "order_id": write.order_id,
                    **({"digest": write.digest} if write.digest else {}),
                }
            )
            self._flushed += 1
        file.flush()

    def close(self) -> None:
        """Flush, write down that this was all, and close the file."""
        self.flush()
        if self._file is not None:
            with files.naming(self._path):
                self._line({"ended_at": time.time()})
                self._file.close()
            self._file = None

    def _line(self, value: Mapping[str, object]) -> None:
        assert self._file is not None
        self._file.write(json.dumps(value, separators=(",", ":")) + "\n")
