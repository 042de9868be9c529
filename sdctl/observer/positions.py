"""Positions: where the leader's log was when, to tell how old a follower's state is.

PostgreSQL tells the age of the last transaction that a follower replayed. That is its lag while
the leader writes all the time; after an idle hour it is an hour, though the follower lacks only
what was written just now. The leader's positions at earlier looks bound the lag from the other
side: the follower is at most as old as the last look at which it had everything.
"""

from __future__ import annotations

from collections import deque

_KEPT = 4096


class Positions:
    """The leader's log positions at earlier looks, oldest first."""

    def __init__(self) -> None:
        self._timeline: int | None = None
        self._seen: deque[tuple[float, int]] = deque(maxlen=_KEPT)

    def note(self, at: float, position: int, timeline: int | None) -> None:
        """The leader's log ended at ``position`` then. Another timeline begins anew: a new leader
        may have less than the old one had."""
        if timeline != self._timeline:
            self._seen.clear()
            self._timeline = timeline
        if self._seen and self._seen[-1][1] >= position:
            self._seen[-1] = (at, self._seen[-1][1])
        else:
            self._seen.append((at, position))

    def had_all(self, position: int) -> float | None:
        """The last look at which whoever has replayed up to ``position`` lacked nothing."""
        return next((at for at, seen in reversed(self._seen) if seen <= position), None)


def lag_seconds(
    *, now: float, behind: int | None, age: float | None, had_all: float | None
) -> float | None:
    """Pure: the closest bound that is known; 0 when nothing is missing; None when nothing is known.

    ``behind``: bytes not replayed. ``age``: of the last replayed transaction, in seconds.
    """
    if behind is None:
        return None
    if behind <= 0:
        return 0.0
    bounds = [age] if age is not None else []
    if had_all is not None:
        bounds.append(now - had_all)
    return round(max(min(bounds), 0.0), 3) if bounds else None
