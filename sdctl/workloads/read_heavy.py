"""Mostly reads: what a cache and followers are for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.workloads.mixed import Mixed
from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class ReadHeavy:
    """The mixed workload with few writes."""

    name: ClassVar[str] = "read-heavy"
    summary: ClassVar[str] = "5% new orders, 95% reads of recent ones"
    expected: ClassVar[frozenset[int]] = frozenset()

    writes: float = 0.05
    """Share of requests that are new orders."""

    def __post_init__(self) -> None:
        self._mixed()

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        return self._mixed().requests(rng, feedback)

    def _mixed(self) -> Mixed:
        return Mixed(writes=self.writes, lists=0.0)


WORKLOAD: type[Workload] = ReadHeavy
