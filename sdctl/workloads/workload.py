"""The contract: what a workload is. Each file beside this one defines one ``WORKLOAD``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from sdctl.foundation import plugins

RequestKind = Literal["read", "write"]

NEWEST = 10
"""How many acknowledged writes of each client are remembered, to check lists against."""


_IDEMPOTENT = frozenset({b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"})
"""Methods of which twice is as good as once (RFC 9110, 9.2.2)."""


class Request(NamedTuple):
    """One request, as it goes over the wire but for what every request of a run shares."""

    method: bytes
    path: bytes
    """Put behind the path of the plan's address; empty: that address itself, with its query."""
    kind: RequestKind
    key: str
    """A write: its idempotency key. A read of one thing: its id, so that a 404 is a stale read.
    Else empty."""
    headers: bytes = b""
    """Whole lines, each ending in CRLF."""
    body: bytes = b""
    client: str = ""
    """Who sends it, such as a user's id: a client must read what it wrote."""
    shows: Sequence[str] = ()
    """A read of a list, newest first: ids of its client's acknowledged writes, which it must show
    as far as its page reaches. A read of one thing: the texts that it must have, as they were
    written."""
    page: int = 0
    """How many ids such a list has at most."""
    digest: int = 0
    """A write: what it says, as ``judge/content.py`` has it, to be compared when read back; 0:
    not to be compared."""

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent once more when nobody knows whether it was done."""
        return self.method in _IDEMPOTENT or (self.kind == "write" and bool(self.key))


class Feedback:
    """What this process of the run has learnt so far, for a workload to draw on.

    ``settle_s``: ``ids()`` hands an id out only this long after its write was acknowledged, so
    that a read reaches a follower which had the time to apply it. ``newest`` and ``newest_of`` do
    not wait. ``part`` of ``parts``: which of the run's processes this is.
    """

    def __init__(
        self,
        run: str,
        *,
        part: int = 0,
        parts: int = 1,
        settle_s: float = 0.5,
        keep: int = 100_000,
    ) -> None:
        self.run = run
        self._part = part
        self._parts = parts
        self._settle_s = settle_s
        self._keep = keep
        # bounded: not every workload asks for ids
        self._fresh: deque[tuple[float, str, str]] = deque(maxlen=keep)
        self._ids: list[str] = []
        self._keys: list[str] = []
        self._newest_of: dict[str, deque[str]] = {}
        self.newest: tuple[str, str, str] | None = None
        """The client, the id and the key of the write that was acknowledged last."""

    def numbers(self) -> Iterator[int]:
        """Numbers for writes: growing, and unique in a run that several processes send."""
        return count(self._part, self._parts)

    def acknowledged(self, order_id: str, at: float, client: str = "", key: str = "") -> None:
        """Note an acknowledged write, at a moment of ``time.monotonic()``."""
        self._fresh.append((at, order_id, key))
        if client:
            self.newest = (client, order_id, key)
            of_client = self._newest_of.get(client)
            if of_client is None:
                of_client = self._newest_of[client] = deque(maxlen=NEWEST)
            of_client.append(order_id)

    def newest_of(self, client: str) -> tuple[str, ...]:
        """Ids of the client's last acknowledged writes, at most ``NEWEST``, oldest first."""
        return tuple(self._newest_of.get(client, ()))

    def ids(self) -> list[str]:
        """Ids that can be read, oldest first; only the latest are kept. Not to be changed."""
        fresh = self._fresh
        if fresh:
            settled = time.monotonic() - self._settle_s
            while fresh and fresh[0][0] <= settled:
                _, order_id, key = fresh.popleft()
                self._ids.append(order_id)
                self._keys.append(key)
            if len(self._ids) > 2 * self._keep:
                del self._ids[: -self._keep], self._keys[: -self._keep]
        return self._ids

    def key_at(self, place: int) -> str:
        """The key of the write whose id stands at this place of ``ids()``; empty: not known."""
        return self._keys[place]


class Workload(Protocol):
    """A frozen dataclass whose fields are its options, checked when it is made (``ValueError``)."""

    name: ClassVar[str]
    summary: ClassVar[str]
    expected: ClassVar[frozenset[int]]
    """Statuses beyond 2xx and 3xx that are fine answers to this workload's requests."""

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        """Requests without end, one a send. It runs in the hot path: microseconds, no waiting."""


def needed(workload: Workload) -> frozenset[str]:
    """Tiers of a stack that its requests cannot be done without: what it says in ``needs``, a set
    that it may leave out."""
    return frozenset(getattr(workload, "needs", ()))


def _name(_: str, workload: type[Workload]) -> str:
    return workload.name


def all_workloads() -> dict[str, type[Workload]]:
    """Every workload by its name: this folder's, and ``workloads/*.py`` of ``SDCTL_PLUGINS``."""
    besides = ("workload", "order_requests")
    found = plugins.discover(
        "sdctl.workloads", "WORKLOAD", besides=besides, fits=_fits, called=_name
    )
    return {workload.name: workload for workload in found.values()}


def _fits(value: Any) -> None:
    if not isinstance(value, type):
        raise TypeError("its WORKLOAD is no class (sdctl/workloads/workload.py)")
    _ = value.name, value.summary, value.expected, value.requests  # type: ignore[attr-defined]
