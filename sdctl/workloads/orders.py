"""New orders only: every request goes to the leader, the queue and the workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.workloads.mixed import Mixed
from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class OrdersOnly:
    """Writes; each can be checked in the stores afterwards."""

    name: ClassVar[str] = "orders"
    summary: ClassVar[str] = "new orders only"
    expected: ClassVar[frozenset[int]] = frozenset()

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        return Mixed(writes=1.0, lists=0.0).requests(rng, feedback)


WORKLOAD: type[Workload] = OrdersOnly
