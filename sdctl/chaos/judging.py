"""From a run's ledger and what the stores hold to a verdict: after a fault, and once more later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sdctl import observe, waiting
from sdctl.audit import Audit, Holdings, check
from sdctl.chaos import readback
from sdctl.chaos.log import Record
from sdctl.engine.engine import Engine
from sdctl.errors import SdctlError
from sdctl.ledger import Write
from sdctl.load.outage import Outage, outage
from sdctl.stack import Stack
from sdctl.verdict import FaultFacts

SETTLE_S = 120.0
"""How long after a fault nodes may take to be well, orders to be worked on, and followers to have
what their leader has."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The stores after a run."""

    audit: Audit | None
    """None: a leader could not be read."""
    settled: bool
    """Whether everything had come to its end by then."""


def audit(
    engine: Engine, stack: Stack, run: str, writes: Sequence[Write], *, goes_on: bool = False
) -> Reading:
    """Compare ``writes`` with the stores, read once every order has come to its end and every
    follower has caught up, or the time for that is over. While the load ``goes_on``, only what was
    written by now is looked for."""
    known = {write.key for write in writes}

    def look() -> Holdings | None:
        try:
            snapshot = observe.snapshot(engine, stack.name, stack.secrets())
            found = readback.holdings(engine, stack, snapshot, run)
            return found.only(known) if goes_on else found
        except (SdctlError, observe.ObserverAway):
            return None  # no leader at this moment

    worked_on = any(each.tier == "worker" for each in engine.containers())
    good, holdings = waiting.until(
        look,
        lambda found: found is not None and (found.settled or not worked_on),
        timeout_s=SETTLE_S,
        every_s=0.5,
    )
    return Reading(audit=check(writes, holdings) if holdings else None, settled=good)


def outage_of(writes: Sequence[Write], since: float, *, now: float | None = None) -> Outage | None:
    """The outage after ``since``, as far as the ledger tells; with ``now``, None while it has been
    silent for longer than it takes to be brought up to date."""
    acks = sorted(each.done_at for each in writes if each.outcome == "acknowledged")
    if not acks or (now is not None and now - acks[-1] > _STALE_S):
        return None
    failures = [each.sent_at for each in writes if each.outcome != "acknowledged"]
    # what came after the last entry is not known yet, so it must not count as silence
    return outage(acks, since, acks[-1], failures=failures)


_STALE_S = 2.0


def injected_at(record: Record) -> float:
    """When a fault's operations began, on this process's ``time.monotonic()``."""
    return monotonic(record.injected_at or record.started_at)


def monotonic(text: str) -> float:
    """A moment of RFC 3339 on this process's ``time.monotonic()``."""
    return datetime.fromisoformat(text).timestamp() - time.time() + time.monotonic()


def facts(record: Record) -> FaultFacts:
    """What a record says of its fault."""
    return FaultFacts(
        id=record.id,
        kind=record.kind,
        how=record.how,
        tier=record.tier,
        target=record.target,
        started_at=record.started_at,
        healed_at=record.healed_at,
    )
