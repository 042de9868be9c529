"""How long clients could not write: the recovery time a fault cost, from acknowledgements alone."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

ROW = 10
"""Acknowledgements in a row that make a recovery: the first alone may be luck."""
_PAUSE = 10
"""A silence longer than so many usual gaps interrupts a row."""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """The longest silence around a fault, between two acknowledged writes. Moments as given.

    It begins half a usual gap after the last acknowledgement, the middle of when it may have begun:
    a server that is silent for D gives D, to half a gap either way. The bare distance of the two
    acknowledgements would be D and up to a whole gap more.
    """

    seconds: float
    since: float
    """Half a usual gap after the last acknowledgement before it; the fault itself when there was
    none."""
    until: float
    """The acknowledgement that began a row of ``ROW``."""
    resolution: float
    """The usual gap between two acknowledgements, in seconds: nothing shorter can be seen."""


def outage(
    acks: Sequence[float],
    start: float,
    end: float,
    *,
    failures: Sequence[float] = (),
    next_at: float = math.inf,
) -> Outage | None:
    """The outage of a fault at ``start``, with writes watched until ``end``.

    ``acks`` are the moments at which writes were acknowledged, ``failures`` those at which writes
    that came to nothing (refused or unknown) were *sent*: by the time a write is given up, the
    system may have long recovered. Service is back with the first of ``ROW`` acknowledgements
    during which no failing write was sent and no gap was unusually long. Once it has been back, no
    silence counts beyond ``next_at``: from there on it is that of the fault that began then. None:
    not back by ``end``, or nothing was written that could tell.
    """
    times = sorted(ack for ack in acks if ack <= end)
    failed = sorted(failures)
    usual = _usual_gap(times, start)
    first_after = bisect_right(times, start)
    if usual is None or first_after == len(times) or end - times[-1] > _PAUSE * usual:
        return None
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
                longest = max(longest, (since, next_at), key=lambda gap: gap[1] - gap[0])
                break
            if back is None:
                return None
            until = back
            number = bisect_left(times, until)
        longest = max(longest, (since, until), key=lambda gap: gap[1] - gap[0])
        since = times[number]
        number += 1
    since, until = longest
    if first_after or since != start:
        since = min(since + usual / 2, until)
    return Outage(seconds=until - since, since=since, until=until, resolution=usual)


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
