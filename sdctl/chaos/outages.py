"""From a load's ledger and ticks: how long writes stopped, and what became of reads meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sdctl.judge.attribution import Span
from sdctl.judge.ledger import Write
from sdctl.judge.outage import WAITED, Outage, outage
from sdctl.judge.run_facts import Reads


def outage_of(
    writes: Sequence[Write],
    since: float,
    *,
    now: float | None = None,
    next_at: float = math.inf,
    ended: bool = False,
) -> Outage | None:
    """The outage after ``since``, as far as the ledger tells; None while writes fail since the last
    acknowledgement, and with ``now`` while the ledger has been silent for longer than it takes to
    be brought up to date. ``next_at``: when another fault began: what is so after that is its.
    ``ended``: the load is over."""
    acks = [(write.sent_at, write.done_at) for write in writes if write.outcome == "acknowledged"]
    last = max((at for _, at in acks), default=-math.inf)
    if not acks or (now is not None and now - last > _STALE_S):
        return None
    failures = [write.sent_at for write in writes if write.outcome != "acknowledged"]
    if next_at == math.inf and sum(sent > last for sent in failures) >= WAITED:
        return None
    # what came after the last entry is not known yet, so it must not count as silence
    return outage(acks, since, last, failures=failures, next_at=next_at, ended=ended)


_STALE_S = 2.0


def outage_among(
    writes: Sequence[Write],
    own: Span,
    others: Iterable[Span],
    *,
    now: float | None = None,
    complete: bool = True,
) -> Outage | None:
    """The outage of one fault of several in a run. What a later fault did is not this one's, if it
    began when this one was healed. A ledger that is not ``complete`` was cut off: where it does not
    reach the fault's end it does not tell how long writes stopped."""
    injected_at, healed_at = own
    if not complete and max((write.done_at for write in writes), default=0.0) < healed_at:
        return None
    next_at = min((begin for begin, _ in others if begin > healed_at), default=math.inf)
    ended = complete and now is None
    return outage_of(writes, injected_at, now=now, next_at=next_at, ended=ended)


def by_fault(
    writes: Sequence[Write], spans: Mapping[str, Span], *, complete: bool = True
) -> dict[str, Outage | None]:
    """How long writes stopped by each fault of a load, by all ``writes`` that are known: the one
    figure that the card, the report and a verdict that is made again have. ``complete``: the load
    is over, and all it wrote is there."""
    every = list(spans.values())
    return {
        fault: outage_among(writes, span, every, complete=complete) for fault, span in spans.items()
    }


def came_back(writes: Sequence[Write], on: Span) -> bool:
    """Whether writes went well again, at some time, while a fault was ``on``."""
    injected_at, healed_at = on
    found = outage_of(writes, injected_at, next_at=healed_at)
    return found is not None and found.until < healed_at


def reads_of(
    ticks: Iterable[Mapping[str, Any]], found: Outage | None, offset: float
) -> Reads | None:
    """Pure: the reads of the ticks that lie within an outage. ``offset``: from the wall clock to
    the outage's. None: no tick lies within it, or no read was sent then."""
    before: Mapping[str, Any] | None = None
    answered, failed, seconds = 0, 0, 0.0
    for tick in ticks:
        if "reads_ok" not in tick:
            return None
        end = tick["at"] + offset
        if before is not None and found is not None:
            span = tick["at_s"] - before["at_s"]
            if end - span >= found.since and end <= found.until:
                answered += tick["reads_ok"] - before["reads_ok"]
                failed += tick["reads_bad"] - before["reads_bad"]
                seconds += span
        before = tick
    return Reads(answered=answered, failed=failed, seconds=seconds) if answered + failed else None
