"""The same request again and again: for any HTTP service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from random import Random
from typing import ClassVar

from sdctl.workloads.workload import Feedback, Request, RequestKind, Workload

_READING = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True, kw_only=True)
class Get:
    """Asks for the path of ``--url``. A request that does more than read counts as a write. It
    has no key, so it is in no ledger."""

    name: ClassVar[str] = "get"
    summary: ClassVar[str] = "GET of --url, or another --method, whatever serves it"
    expected: ClassVar[frozenset[int]] = frozenset()
    example: ClassVar[str] = "sdctl load --url http://localhost:8000/hello"

    method: str = "GET"
    body: bytes = b""

    @property
    def repeatable(self) -> bool:
        """Whether the request may be sent once more when nobody knows whether it was done."""
        return self._request.repeatable

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        return repeat(self._request)

    @property
    def _request(self) -> Request:
        kind: RequestKind = "read" if self.method in _READING else "write"
        return Request(self.method.encode(), b"", kind, "", body=self.body)


WORKLOAD: type[Workload] = Get
