"""Events only: any JSON object, to the document store; when do writes stop, and which are gone?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from sdctl.app.contract import EVENTS, digest, document_text
from sdctl.workloads.workload import Feedback, Request, Workload

KINDS = ("page-view", "click", "search", "sign-in")


@dataclass(frozen=True, kw_only=True)
class EventsOnly:
    """One new event after the other, of several kinds and shapes."""

    name: ClassVar[str] = "events"
    summary: ClassVar[str] = "new events only, to the document store"
    expected: ClassVar[frozenset[int]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset({"documents"})

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        for number in feedback.numbers():
            key = f"{feedback.run}-{number:08d}"
            body = document_text(
                {
                    "kind": KINDS[number % len(KINDS)],
                    "key": key,
                    "number": number,
                    "weight": round(rng.random(), 6),
                    "path": ["a", {"b.c": number % 7}],
                }
            )
            yield Request(
                b"POST",
                EVENTS.encode(),
                "write",
                key,
                f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\n".encode(),
                body.encode(),
                digest=digest(body),
            )


WORKLOAD: type[Workload] = EventsOnly
