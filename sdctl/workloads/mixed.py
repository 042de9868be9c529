"""Orders written, and read while they are fresh: what most services see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.workloads.order_requests import OrderRequests
from sdctl.workloads.workload import Feedback, Request, Workload

_SEED_WRITES = 20


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """New orders, and reads of orders that this run wrote, of new ones most often.

    The first requests are writes, so that there is something to read. Until the first order can be
    read, reads ask for a user's list.
    """

    name: ClassVar[str] = "mixed"
    summary: ClassVar[str] = "20% new orders, 80% reads of recent ones"
    expected: ClassVar[frozenset[int]] = frozenset()

    writes: float = 0.2
    """Share of requests that are new orders."""
    lists: float = 0.02
    """Share of requests that ask for a user's list."""

    def __post_init__(self) -> None:
        if not (0 <= self.writes <= 1 and 0 <= self.lists <= 1 and self.writes + self.lists <= 1):
            raise ValueError("writes and lists are shares from 0 to 1, and together not above 1")

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        orders = OrderRequests(rng, feedback)
        for _ in range(_SEED_WRITES if self.writes else 0):
            yield orders.write()
        until_list = self.writes + self.lists
        draw = rng.random
        while True:
            drawn = draw()
            if drawn < self.writes:
                yield orders.write()
            elif drawn < until_list:
                yield orders.read_list()
            else:
                yield orders.read_recent() or orders.read_list()


WORKLOAD: type[Workload] = Mixed
