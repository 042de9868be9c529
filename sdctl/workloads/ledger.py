"""New orders, and reads of what was just acknowledged: is anything lost, is anything stale?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.load.orders import Orders
from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class WrittenAndRead:
    """Every so often a user asks for their newest acknowledged order; the rest are new orders.

    It is asked for at once, not when followers had the time to apply it, so that a client that
    does not read its own writes is noticed.
    """

    name: ClassVar[str] = "ledger"
    summary: ClassVar[str] = "new orders, every 4th request reads back what was just acknowledged"
    expected: ClassVar[frozenset[int]] = frozenset()

    read_every: int = 4
    """Every how many requests one is a read."""

    def __post_init__(self) -> None:
        if self.read_every < 2:
            raise ValueError("read_every is 2 or more")

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        orders = Orders(rng, feedback)
        while True:
            for _ in range(self.read_every - 1):
                yield orders.write()
            yield orders.read_newest() or orders.write()


WORKLOAD: type[Workload] = WrittenAndRead
