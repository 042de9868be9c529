"""Requests that wait for a connection."""

from __future__ import annotations

from collections import deque

from sdctl.load.exchange import Exchange


class WaitingRequests:
    """Those that are open; one that was given up meanwhile is passed over."""

    def __init__(self) -> None:
        self.fired: deque[Exchange] = deque()
        """Not sent yet, in the order in which they were fired."""
        self.again: deque[Exchange] = deque()
        """To be sent once more."""

    def __len__(self) -> int:
        return len(self.fired) + len(self.again)

    def next(self, *, again: bool) -> Exchange | None:
        """Take out who is to be sent next; with ``again``, first those that are sent once more."""
        for queue in (self.again, self.fired) if again else (self.fired,):
            while queue:
                exchange = queue.popleft()
                if exchange.open:
                    return exchange
        return None
