"""How long clients could not write: the recovery time a fault cost, from acknowledgements alone."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from sdctl.foundation.units import format_duration

NO_STOP = "no stop seen"
ROW = 10
"""Acknowledgements in a row that make a recovery: the first alone may be luck."""
_NEXT_TO_NOTHING = 10
"""A service that acknowledges fewer than one in so many of the writes that it is sent is stopped.
One that acknowledges more limps: see ``limp.py``."""
_LATE = 2
"""A write that took so many times as long as usual was held up."""
_PAUSE = 10
"""A silence longer than so many usual gaps does not end with one acknowledgement."""
WAITED = 3
"""So many writes that were on their way in a silence tell that it is no chance: that the load just
sent none would be silent too."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """The longest stop around a fault, between two acknowledged writes. Moments as given.

    A silence is a stop where at least three writes that were sent in it failed, or were on their
    way in it and took longer than each of the ten that were acknowledged before it. Without one,
    ``seconds`` is 0. Next to nothing is acknowledged while it lasts: fewer than one in ten of the
    writes that are sent.

    It begins half a usual gap after the last acknowledgement, the middle of when it may have begun:
    a server that is silent for D gives D, to half a gap either way. The bare distance of the two
    acknowledgements would be D and up to a whole gap more.
    """

    seconds: float
    since: float
    """Half a usual gap after the last acknowledgement before it; the fault itself when there was
    none, or no stop."""
    until: float
    """The acknowledgement that began a row of ``ROW``; without a stop the fault itself."""
    resolution: float
    """The usual gap between two writes, in seconds: nothing shorter can be seen. In a stop that of
    the writes that were sent in it, as a load may change its rate."""

    def __str__(self) -> str:
        """For people."""
        return format_duration(self.seconds) if self.seconds else NO_STOP


def outage(
    acks: Sequence[tuple[float, float]],
    start: float,
    end: float,
    *,
    failures: Sequence[float] = (),
    next_at: float = math.inf,
    ended: bool = False,
) -> Outage | None:
    """The outage of a fault at ``start``, with writes watched until ``end``.

    ``acks`` are, for each acknowledged write, the moments at which it was sent and at which it was
    acknowledged, ``failures`` those at which writes
    that came to nothing (refused or unknown) were *sent*: by the time a write is given up, the
    system may have long recovered. Service is back with the first of ``ROW`` acknowledgements of
    which none waits for longer than it takes to send ten writes. Once it has been back, no
    silence counts beyond ``next_at``: from there on it is that of the fault that began then.
    ``ended``: the load sends no more. So after a last short silence no row may come, and it was
    none for good if no write failed since. None: not back by ``end``, or nothing was written that
    could tell.
    """
    seen = _Seen.of(acks, failures, end)
    times = seen.times
    usual = seen.usual_gap(start)
    first_after = bisect_right(times, start)
    if usual is None or first_after == len(times) or end - times[-1] > _PAUSE * usual:
        return None
    longest = (start, start)
    since = times[first_after - 1] if first_after else start
    number = first_after
    while number < len(times) and since < next_at:
        until = times[number]
        stopped = seen.stop(since, until)
        if stopped and until - since > _PAUSE * usual:
            # it lasts until a row, and what came in between was no recovery
            back = seen.back(number, since)
            over = back is not None and back <= next_at
            if not over and next_at < math.inf and number - first_after >= ROW:
                longest = _longer(longest, (since, next_at))
                break
            if back is not None:
                until = back
                number = bisect_left(times, until)
            elif not (ended and number - first_after >= ROW and seen.none_failed(since)):
                return None
        if stopped:
            longest = _longer(longest, (since, until))
        since = times[number]
        number += 1
    since, until = longest
    if until > since:
        usual = seen.gap_of_sent(since, until) or usual
        if first_after or since != start:
            since = min(since + usual / 2, until)
    return Outage(seconds=until - since, since=since, until=until, resolution=usual)


Silence = tuple[float, float]


def _longer(silence: Silence, other: Silence) -> Silence:
    return other if other[1] - other[0] > silence[1] - silence[0] else silence


@dataclass(frozen=True)
class _Seen:
    """Which writes were sent when, and how they ended."""

    known: Sequence[tuple[float, float]]
    """Of each acknowledged write when it was acknowledged and sent, in order."""
    times: Sequence[float]
    """When they were acknowledged."""
    by_sent: Sequence[tuple[float, float]]
    """The same the other way around: sent, and acknowledged."""
    failed: Sequence[float]
    """When each of the others was sent, in order."""
    sent: Sequence[float]
    """When each of all was."""

    @classmethod
    def of(
        cls, acks: Sequence[tuple[float, float]], failures: Sequence[float], end: float
    ) -> _Seen:
        known = sorted((at, sent) for sent, at in acks if at <= end)
        return cls(
            known=known,
            times=[at for at, _ in known],
            by_sent=sorted(acks),
            failed=sorted(failures),
            sent=sorted([*(sent for sent, _ in acks), *failures]),
        )

    def stop(self, since: float, until: float) -> bool:
        """Whether writes waited or failed in that silence."""
        usual = self._usual(since)
        first = bisect_right(self.by_sent, (since, math.inf))
        sent_then = self.by_sent[first : bisect_left(self.by_sent, (until, 0.0))]
        late = sum(at - sent > usual for sent, at in sent_then)
        if until - since > usual:
            # what was on its way as the silence began waited through all of it
            late += first - bisect_right(self.times, since)
        return late + _between(self.failed, since, until) >= WAITED

    def back(self, number: int, since: float) -> float | None:
        """The first acknowledgement from ``number`` on that begins a row, after a stop that began
        at ``since``."""
        late = _LATE * self._usual(since)
        row: deque[float] = deque(maxlen=ROW)
        for place in range(number, len(self.known)):
            at, sent = self.known[place]
            # what was held up by the stop says nothing of what was sent later
            if sent < since and at - sent > late:
                continue
            row.append(at)
            if len(row) == ROW and all(
                _between(self.sent, row[0], row[more]) <= more * _NEXT_TO_NOTHING
                for more in range(1, ROW)
            ):
                return row[0]
        return None

    def none_failed(self, since: float) -> bool:
        """Whether every write that was sent from then on was acknowledged."""
        return bisect_left(self.failed, since) == len(self.failed)

    def gap_of_sent(self, since: float, until: float) -> float | None:
        """The mean gap between the writes that were sent then. None: there were too few, or for
        most of that time none could be sent, as all connections were taken."""
        sent = self.sent[bisect_left(self.sent, since) : bisect_left(self.sent, until)]
        gaps = [later - earlier for earlier, later in pairwise(sent)]
        if len(sent) < WAITED:
            return None
        *_, next_longest, longest = sorted(gaps)
        return fmean(gaps) if longest <= _PAUSE * next_longest and longest else None

    def usual_gap(self, start: float) -> float | None:
        """The mean gap between those that were acknowledged before the fault, by when they were
        sent, and without the stops of earlier faults; without ten acknowledgements then, the
        median gap of all."""
        before = bisect_right(self.times, start)
        if before < ROW:
            gaps = [later - earlier for earlier, later in pairwise(self.times)]
            return median(gaps) if gaps else None
        sent = [sent for sent, at in self.by_sent if at <= start]
        whole, count = sent[-1] - sent[0], len(sent) - 1
        longest = _PAUSE * whole / count
        stops = [later - one for one, later in pairwise(sent) if later - one > longest]
        return (whole - sum(stops)) / (count - len(stops))

    def _usual(self, since: float) -> float:
        """The longest that one of the ten writes took that were acknowledged last."""
        place = bisect_right(self.known, (since, math.inf))
        return max((at - sent for at, sent in self.known[max(0, place - ROW) : place]), default=0)


def _between(moments: Sequence[float], since: float, until: float) -> int:
    return bisect_left(moments, until) - bisect_left(moments, since)
