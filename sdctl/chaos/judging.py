"""From a run's ledger and what the stores hold to a verdict: after a fault, and once more later."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sdctl.chaos import readback
from sdctl.foundation import waiting
from sdctl.foundation.errors import SdctlError
from sdctl.judge.audit import Audit, Holdings, check
from sdctl.judge.course import Reads
from sdctl.judge.ledger import Write
from sdctl.judge.outage import Outage, outage
from sdctl.judge.verdict import FaultFacts
from sdctl.state import observation
from sdctl.state.fault_records import Record
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Target

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
    why: str | None = None
    """Why the stores could not be read, or what had not come to its end."""


class Sight:
    """Whether the observer has been away for so long that waiting on is for nothing."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.blind: str | None = None
        """Why nothing is seen right now."""
        self.lost: str | None = None
        """Why; None: it is there, or may be back in a moment."""

    def take(self, seen: Snapshot) -> Snapshot:
        """Note what was seen."""
        self.blind = observation.blind(seen)
        self._since = None if self.blind is None else self._since or time.monotonic()
        over = self._since is not None and time.monotonic() - self._since > _BLIND_S
        self.lost = self.blind if over else None
        return seen


_BLIND_S = 5.0


def ill(seen: Snapshot) -> dict[str, str]:
    """Each node that is not well, with what is the matter."""
    return {
        node.name: ", ".join(
            dict.fromkeys(word for word in (node.word, node.reason or node.health) if word)
        )
        for node in seen.nodes().values()
        if node.health != "ok"
    }


def audit(
    engine: Target,
    stack: Stack,
    run: str,
    writes: Sequence[Write],
    *,
    goes_on: bool = False,
    settle_s: float | None = None,
    look: Callable[[], Snapshot] | None = None,
) -> Reading:
    """Compare ``writes`` with the stores, read once every order has come to its end and every
    follower has caught up, or the time for that is over. While the load ``goes_on``, only what was
    written by now is looked for."""
    known = {write.key for write in writes}
    sight, kept, over = Sight(), list[Holdings](), False

    def read() -> str | None:
        """What keeps the stores from being settled."""
        nonlocal over
        try:
            snapshot = sight.take(
                look() if look else observation.snapshot(engine, stack.name, stack.secrets())
            )
            found = readback.holdings(engine, stack, snapshot, run)
        except (SdctlError, observation.ObserverAway) as error:
            over = sight.lost is not None
            return _told(error)  # no leader at this moment
        kept[:] = [found.only(known) if goes_on else found]
        # nobody starts a node that is down: there is nothing to wait for
        down = {name for name, node in snapshot.nodes().items() if node.state == "down"}
        over = sight.lost is not None or only_waits_for(kept[0], down, worked_on=worked_on)
        return unsettled(kept[0], worked_on=worked_on)

    worked_on = any(node.tier == "worker" for node in engine.nodes())
    _, why = waiting.until(
        read,
        lambda why: why is None or over,
        timeout_s=SETTLE_S if settle_s is None else settle_s,
        every_s=0.5,
    )
    audit = check(writes, kept[0]) if kept else None
    return Reading(audit=audit, settled=why is None, why=sight.lost or why)


def _told(error: Exception) -> str:
    """An error in words, with what was seen."""
    hint = error.hint if isinstance(error, SdctlError) else ""
    return f"{error}. {hint}".rstrip(". ")


def unsettled(holdings: Holdings, *, worked_on: bool) -> str | None:
    """Pure: what has not come to its end yet, in words; None: all has."""
    open_ = sum(order.status == "accepted" for order in holdings.found.values())
    if open_ and worked_on:
        return f"{open_} orders were still being worked on"
    lacking = {node: len(keys) for node, keys in holdings.behind().items() if keys}
    parts = [f"{node} lacked {count} writes" for node, count in lacking.items()]
    parts += [f"{node} could not be read: {why}" for node, why in holdings.unread.items()]
    return "; ".join(parts) or None


def only_waits_for(holdings: Holdings, down: Collection[str], *, worked_on: bool) -> bool:
    """Pure: whether all has come to its end but for followers that are ``down``."""
    rest = replace(holdings, unread={})
    return (
        bool(holdings.unread)
        and set(holdings.unread) <= set(down)
        and unsettled(rest, worked_on=worked_on) is None
    )


def outage_of(writes: Sequence[Write], since: float, *, now: float | None = None) -> Outage | None:
    """The outage after ``since``, as far as the ledger tells; with ``now``, None while it has been
    silent for longer than it takes to be brought up to date."""
    acks = sorted(write.done_at for write in writes if write.outcome == "acknowledged")
    if not acks or (now is not None and now - acks[-1] > _STALE_S):
        return None
    failures = [write.sent_at for write in writes if write.outcome != "acknowledged"]
    # what came after the last entry is not known yet, so it must not count as silence
    return outage(acks, since, acks[-1], failures=failures)


_STALE_S = 2.0


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


def injected_at(record: Record) -> float:
    """When a fault's operations began, on this process's ``time.monotonic()``."""
    return monotonic(record.injected_at or record.started_at)


def wall(text: str) -> float:
    """A moment of RFC 3339 in Unix seconds."""
    return datetime.fromisoformat(text).timestamp()


def monotonic(text: str) -> float:
    """A moment of RFC 3339 on this process's ``time.monotonic()``."""
    return wall(text) - time.time() + time.monotonic()


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
        healed_by=record.healed_by,
    )
