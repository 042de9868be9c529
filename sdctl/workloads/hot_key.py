"""One order read again and again: one key of the cache, one shard, one row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.workloads.order_requests import OrderRequests, read
from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class HotKey:
    """Writes one order, and then reads it. Until it can be read, it reads a user's list."""

    name: ClassVar[str] = "hot-key"
    summary: ClassVar[str] = "one order, read by everyone"
    expected: ClassVar[frozenset[int]] = frozenset()

    write_every: int = 100
    """While no order is known, every how many requests another one is written."""

    def __post_init__(self) -> None:
        if self.write_every < 1:
            raise ValueError("write_every is 1 or more")

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        orders = OrderRequests(rng, feedback)
        number = 0
        while not feedback.ids():
            yield orders.read_list() if number % self.write_every else orders.write()
            number += 1
        hot = read(feedback.ids()[0], feedback.key_at(0))
        while True:
            yield hot


WORKLOAD: type[Workload] = HotKey
