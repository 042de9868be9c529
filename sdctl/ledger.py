"""The ledger: every write a load sent, with its outcome, and what was found of it afterwards.

Jepsen's set test (jepsen doc/tutorial/08-set.md): unique ids; a write is acknowledged, refused or
*unknown*; after the fault every store is read; then lost, recovered and duplicated are set
arithmetic.
"""

from __future__ import annotations

import json
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from sdctl.load.outcome import Outcome

_OUTCOMES: tuple[Outcome, ...] = ("acknowledged", "refused", "unknown")


class Write(NamedTuple):
    """One write. Moments are of ``time.monotonic()``; ``done_at`` is when its outcome was known."""

    key: str
    sent_at: float
    done_at: float
    outcome: Outcome
    order_id: str | None = None


class Rows(NamedTuple):
    """Writes as columns: cheap to send."""

    keys: list[str]
    sent: array[float]
    done: array[float]
    outcomes: bytearray
    order_ids: list[str | None]


class Ledger:
    """Append-only, in the order in which outcomes became known. Columns, so that a million writes
    take tens of megabytes.

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
        self._flushed = 0
        self._file: IO[str] | None = None
        if path is not None:
            self._file = path.open("a", encoding="utf-8")
            self._line({"run": run, "started_at": self.started_wall})

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Write]:
        return self._from(0)

    def append(self, write: Write) -> None:
        """Note a write's outcome."""
        key, sent_at, done_at, outcome, order_id = write
        self._sent.append(sent_at)
        self._done.append(done_at)
        self._outcomes.append(_OUTCOMES.index(outcome))
        self._ids.append(order_id)
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
        )

    def extend(self, rows: Rows) -> None:
        """Append what another process's ledger noted."""
        self._sent.extend(rows.sent)
        self._done.extend(rows.done)
        self._outcomes.extend(rows.outcomes)
        self._ids.extend(rows.order_ids)
        self._keys.extend(rows.keys)

    def acknowledged_at(self) -> list[float]:
        """When each acknowledged write was acknowledged, in order."""
        return sorted(each.done_at for each in self if each.outcome == "acknowledged")

    def failures_sent_at(self) -> list[float]:
        """When each refused or unknown write was sent, in order."""
        return sorted(each.sent_at for each in self if each.outcome != "acknowledged")

    def count(self, outcome: Outcome) -> int:
        """How many writes had this outcome."""
        return self._outcomes.count(_OUTCOMES.index(outcome))

    def flush(self) -> None:
        """Append what is new to the file, if there is one."""
        if self._file is None:
            return
        for write in self._from(self._flushed):
            self._line(
                {
                    "key": write.key,
                    "sent_s": round(write.sent_at - self.started_at, 6),
                    "done_s": round(write.done_at - self.started_at, 6),
                    "outcome": write.outcome,
                    "order_id": write.order_id,
                }
            )
            self._flushed += 1
        self._file.flush()

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _from(self, start: int) -> Iterator[Write]:
        # another thread may append meanwhile; the keys are appended last
        for number in range(start, len(self._keys)):
            yield Write(
                self._keys[number],
                self._sent[number],
                self._done[number],
                _OUTCOMES[self._outcomes[number]],
                self._ids[number],
            )

    def _line(self, value: Mapping[str, object]) -> None:
        assert self._file is not None
        self._file.write(json.dumps(value, separators=(",", ":")) + "\n")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the stores hold of one key."""

    count: int
    status: str | None = None
    notifications: int | None = None
    """How many its user's inbox holds; None: the inbox was not read."""


@dataclass(frozen=True, kw_only=True)
class LedgerReport:
    """Keys, in the ledger's order. The counts are of the ledger alone."""

    acknowledged: int
    refused: int
    unknown: int
    lost: tuple[str, ...]
    """Acknowledged, and not there."""
    recovered: tuple[str, ...]
    """Unknown, and there."""
    duplicated: tuple[str, ...]
    """There more than once, whatever the outcome."""
    broken_promises: tuple[str, ...]
    """Refused, and there."""
    unfinished: tuple[str, ...]
    """Acknowledged and there, but not worked on to the end (neither completed nor failed)."""
    undelivered: tuple[str, ...]
    """Acknowledged, there and worked on, but its user was not notified."""
    notified_twice: tuple[str, ...]
    """Its user was notified more than once: at-least-once delivery may do that."""


def check(ledger: Iterable[Write], found: Mapping[str, Found]) -> LedgerReport:
    """Compare what was promised with what is there. A key not in ``found`` is not there."""
    outcomes: Counter[Outcome] = Counter()
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for write in ledger:
        outcomes[write.outcome] += 1
        for remark in _remarks(write, found.get(write.key, _NOTHING)):
            keys[remark].append(write.key)
    return LedgerReport(
        acknowledged=outcomes["acknowledged"],
        refused=outcomes["refused"],
        unknown=outcomes["unknown"],
        lost=tuple(keys["lost"]),
        recovered=tuple(keys["recovered"]),
        duplicated=tuple(keys["duplicated"]),
        broken_promises=tuple(keys["broken_promises"]),
        unfinished=tuple(keys["unfinished"]),
        undelivered=tuple(keys["undelivered"]),
        notified_twice=tuple(keys["notified_twice"]),
    )


_NOTHING = Found(count=0)


def _remarks(write: Write, found: Found) -> Iterator[str]:
    """The lists of a report in which this write belongs."""
    acknowledged = write.outcome == "acknowledged"
    if not found.count:
        if acknowledged:
            yield "lost"
        return
    if write.outcome == "unknown":
        yield "recovered"
    elif write.outcome == "refused":
        yield "broken_promises"
    if found.count > 1:
        yield "duplicated"
    finished = found.status in (None, "completed", "failed")
    if acknowledged and not finished:
        yield "unfinished"
    if acknowledged and finished and found.notifications == 0:
        yield "undelivered"
    if found.notifications is not None and found.notifications > 1:
        yield "notified_twice"
