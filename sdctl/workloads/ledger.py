"""New orders, and reads of what was just acknowledged: is anything lost, is anything stale?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.workloads.order_requests import OrderRequests
from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class WrittenAndRead:
    """Some requests, chosen by chance, ask for a user's newest acknowledged order; the rest are
    new orders.

    A read follows its write at once, before every follower can have it. So it is seen if a client
    does not find what it has just written.
    """

    name: ClassVar[str] = "ledger"
    summary: ClassVar[str] = "75% new orders, 25% reads of what was just acknowledged"
    expected: ClassVar[frozenset[int]] = frozenset()

    reads: float = 0.25
    """Share of requests that are reads."""

    def __post_init__(self) -> None:
        if not 0 <= self.reads < 1:
            raise ValueError("reads is a share from 0 to below 1")

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        orders = OrderRequests(rng, feedback)
        while True:
            read = orders.read_newest() if rng.random() < self.reads else None
            yield read or orders.write()


WORKLOAD: type[Workload] = WrittenAndRead
