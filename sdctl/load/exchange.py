"""One request on its way to an answer, and when."""

from __future__ import annotations

from typing import Protocol

from sdctl.load.request_attempts import Earlier
from sdctl.workloads.workload import Request


class Carrier(Protocol):
    """The connection that carries an exchange."""

    closed: bool

    def drop(self) -> None:
        """Close at once; what was in flight is no longer this connection's."""


class Exchange:
    """One request on its way, and when. Moments are of ``time.monotonic()``."""

    __slots__ = (
        "connection",
        "data",
        "due_at",
        "earlier",
        "fired_at",
        "open",
        "request",
        "retried",
        "sent_at",
    )

    def __init__(
        self,
        request: Request,
        data: bytes,
        due_at: float,
        fired_at: float,
        earlier: Earlier | None = None,
    ) -> None:
        self.request = request
        self.data = data
        self.due_at = due_at
        """When the schedule wanted it sent."""
        self.fired_at = fired_at
        """When the generator got round to it."""
        self.earlier = earlier
        """The attempts before this one; None: it is the first."""
        self.sent_at = 0.0
        """When it left first; 0 while it waits for a connection."""
        self.connection: Carrier | None = None
        self.open = True
        """False once it has an answer or an error."""
        self.retried = False
        """It is sent once more, because a kept connection ended before a byte of its answer."""

    @property
    def first_left_at(self) -> float:
        """When it left first, in this attempt or an earlier one; if never, when it was fired."""
        before = self.earlier.sent_at if self.earlier is not None else 0.0
        return before or self.sent_at or self.fired_at

    @property
    def doubtful(self) -> bool:
        """Nobody knows whether what was sent before its last answer or error was done."""
        return self.retried or (self.earlier is not None and self.earlier.doubtful)
