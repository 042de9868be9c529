"""The same request again and again: for any HTTP service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from random import Random
from typing import ClassVar

from sdctl.workloads.workload import Feedback, Request, Workload

_READING = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True, kw_only=True)
class Get:
    """Asks for the path of ``--url``. What does not only read counts as a write, one without a key:
    it stands in no ledger."""

    name: ClassVar[str] = "get"
    summary: ClassVar[str] = "GET of --url, or another --method, whatever serves it"
    expected: ClassVar[frozenset[int]] = frozenset()

    method: str = "GET"
    body: bytes = b""

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        method = self.method.encode()
        if self.method in _READING:
            return repeat(Request(method, b"", "read", "", body=self.body))
        return repeat(Request(method, b"", "write", "", body=self.body))


WORKLOAD: type[Workload] = Get
