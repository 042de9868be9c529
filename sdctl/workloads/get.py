"""The same GET again and again: for any HTTP service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from random import Random
from typing import ClassVar

from sdctl.workloads.workload import Feedback, Request, Workload


@dataclass(frozen=True, kw_only=True)
class Get:
    """Asks for the path of ``--url``."""

    name: ClassVar[str] = "get"
    summary: ClassVar[str] = "GET of --url, whatever serves it"
    expected: ClassVar[frozenset[int]] = frozenset()

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        return repeat(Request(b"GET", b"", "read", ""))


WORKLOAD: type[Workload] = Get
