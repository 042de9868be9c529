"""How long clients could not write: the recovery time a fault cost, from acknowledgements alone."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from sdctl.foundation.units import format_duration

NO_STOP = "no stop seen"
ROW = 10
"""Acknowledgements in a row that make a recovery: the first alone may be luck."""
_PAUSE = 10
"""A silence longer than so many usual gaps interrupts a row."""
_WAITED = 3
"""So many writes that were sent in a silence tell that it is no chance: that the load just sent
none would be silent too."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """The longest stop around a fault, between two acknowledged writes. Moments as given.

    A silence is a stop where at least three writes that were sent in it failed, or took longer than
    each of the ten that were acknowledged before it. Without one, ``seconds`` is 0.

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
    """The usual gap between two acknowledgements, in seconds: nothing shorter can be seen."""

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
) -> Outage | None:
    """The outage of a fault at ``start``, with writes watched until ``end``.

    ``acks`` are, for each acknowledged write, the moments at which it was sent and at which it was
    acknowledged, ``failures`` those at which writes
    that came to nothing (refused or unknown) were *sent*: by the time a write is given up, the
    system may have long recovered. Service is back with the first of ``ROW`` acknowledgements
    during which no failing write was sent and no gap was unusually long. Once it has been back, no
    silence counts beyond ``next_at``: from there on it is that of the fault that began then. None:
    not back by ``end``, or nothing was written that could tell.
    """
    known = sorted((at, sent) for sent, at in acks if at <= end)
    times = [at for at, _ in known]
    failed = sorted(failures)
    usual = _usual_gap(times, start)
    first_after = bisect_right(times, start)
    if usual is None or first_after == len(times) or end - times[-1] > _PAUSE * usual:
        return None
    waits = _Waits(known, sorted(acks), failed)
    longest = (start, start)
    since = times[first_after - 1] if first_after else start
    number = first_after
    while number < len(times) and since < next_at:
        until = times[number]
        if until - since > _PAUSE * usual:
            # a silence: it lasts until a row, and what came in between was no recovery
            back = _back(times, number, failed, _PAUSE * usual)
            over = back is not None and back <= next_at
            if not over and next_at < math.inf and number - first_after >= ROW:
                longest = waits.longer(longest, (since, next_at))
                break
            if back is None:
                return None
            until = back
            number = bisect_left(times, until)
        longest = waits.longer(longest, (since, until))
        since = times[number]
        number += 1
    since, until = longest
    if until > since and (first_after or since != start):
        since = min(since + usual / 2, until)
    return Outage(seconds=until - since, since=since, until=until, resolution=usual)


@dataclass(frozen=True)
class _Waits:
    """Which writes waited in a silence: by when they were sent, and how they ended."""

    known: Sequence[tuple[float, float]]
    """Of each acknowledged write when it was acknowledged and sent, in order."""
    by_sent: Sequence[tuple[float, float]]
    """The same the other way around: sent, and acknowledged."""
    failed: Sequence[float]
    """When each of the others was sent, in order."""

    def longer(self, one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        """``other`` where it is a longer silence, and a stop."""
        longer = other[1] - other[0] > one[1] - one[0]
        return other if longer and self._stop(*other) else one

    def _stop(self, since: float, until: float) -> bool:
        place = bisect_right(self.known, (since, math.inf))
        usual = max((at - sent for at, sent in self.known[max(0, place - ROW) : place]), default=0)
        sent_then = self.by_sent[
            bisect_left(self.by_sent, (since, 0.0)) : bisect_left(self.by_sent, (until, 0.0))
        ]
        late = sum(at - sent > usual for sent, at in sent_then)
        failed = bisect_left(self.failed, until) - bisect_left(self.failed, since)
        return late + failed >= _WAITED


def _usual_gap(times: Sequence[float], start: float) -> float | None:
    """The mean gap before the fault; without acknowledgements then, the median of all gaps."""
    before = bisect_right(times, start)
    if before >= ROW:
        return (times[before - 1] - times[0]) / (before - 1)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return median(gaps) if gaps else None


def _back(
    times: Sequence[float], number: int, failures: Sequence[float], pause: float
) -> float | None:
    """The first acknowledgement from ``number`` on that begins an undisturbed row."""
    while number + ROW <= len(times):
        row = times[number : number + ROW]
        breaks = [place for place, (a, b) in enumerate(pairwise(row), 1) if b - a > pause]
        if breaks:
            number += breaks[-1]
            continue
        sent = bisect_left(failures, row[-1]) - 1
        if sent < 0 or failures[sent] < row[0]:
            return row[0]
        number = bisect_right(times, failures[sent])
    return None
