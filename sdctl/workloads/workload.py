"""The contract: what a workload is. Each file beside this one defines one ``WORKLOAD``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal, NamedTuple, Protocol

Kind = Literal["read", "write"]


class Request(NamedTuple):
    """One request, as it goes over the wire but for what every request of a run shares."""

    method: bytes
    path: bytes
    kind: Kind
    key: str
    """A write: its idempotency key. A read of one thing: its id, so that a 404 is a stale read.
    Else empty."""
    headers: bytes = b""
    """Whole lines, each ending in CRLF."""
    body: bytes = b""


class Feedback:
    """What the run has learnt so far, for a workload to draw on.

    ``settle_s``: an id is handed out only this long after its write was acknowledged, so that a
    read reaches a follower which had the time to apply it.
    """

    def __init__(self, run: str, *, settle_s: float = 0.5, keep: int = 100_000) -> None:
        self.run = run
        self._settle_s = settle_s
        self._keep = keep
        self._fresh: deque[tuple[float, str]] = deque()
        self._ids: list[str] = []

    def acknowledged(self, order_id: str, at: float) -> None:
        """Note an acknowledged write, at a moment of ``time.monotonic()``."""
        self._fresh.append((at, order_id))

    def ids(self) -> list[str]:
        """Ids that can be read, oldest first; only the latest are kept. Not to be changed."""
        fresh = self._fresh
        if fresh:
            settled = time.monotonic() - self._settle_s
            while fresh and fresh[0][0] <= settled:
                self._ids.append(fresh.popleft()[1])
            if len(self._ids) > 2 * self._keep:
                del self._ids[: -self._keep]
        return self._ids


class Workload(Protocol):
    """A frozen dataclass whose fields are its options, checked when it is made (``ValueError``)."""

    name: ClassVar[str]
    summary: ClassVar[str]
    expected: ClassVar[frozenset[int]]
    """Statuses beyond 2xx and 3xx that are fine answers to this workload's requests."""

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        """Requests without end, one a send. It runs in the hot path: microseconds, no waiting."""
