"""After a run: wait until everything has come to its end, compare the stores with the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sdctl.app.contract import DEAD_QUEUE
from sdctl.chaos import readback
from sdctl.chaos.visibility import ObserverAbsence
from sdctl.foundation import waiting
from sdctl.foundation.errors import SdctlError
from sdctl.judge.audit import Audit, check
from sdctl.judge.holdings import Holdings
from sdctl.judge.ledger import Write
from sdctl.state import observation
from sdctl.state.stack import Stack
from sdctl.targets.target import Target

SETTLE_S = 120.0
"""How long after a fault nodes may take to be well, orders to be worked on, and followers to have
what their leader has."""


@dataclass(frozen=True, kw_only=True)
class ReadBack:
    """The stores after a run."""

    audit: Audit | None
    """None: a leader could not be read."""
    settled: bool
    """Whether everything had come to its end by then."""
    why: str | None = None
    """Why the stores could not be read, or what had not come to its end."""
    held: Holdings | None = None
    """What the audit compares with; None: see there."""

    def of(self, writes: Sequence[Write], own: Collection[str] | None) -> Audit | None:
        """The audit of some of the ``writes`` that were looked for; None: of all."""
        if own is None or self.held is None:
            return self.audit
        return check(writes, self.held, own)


def audit(
    engine: Target,
    stack: Stack,
    run: str,
    writes: Sequence[Write],
    *,
    goes_on: bool = False,
    hurry: bool = False,
    tell: Callable[[str], None] = lambda why: None,
) -> ReadBack:
    """Compare ``writes`` with the stores, read once every order has come to its end and every
    follower has caught up, or the time for that is over. While the load ``goes_on``, only what was
    written by now is looked for. What is waited for is ``tell``-ed; in a ``hurry`` nothing is."""
    stores = _Stores(engine, stack, run, {write.key for write in writes} if goes_on else None)

    def unsettled() -> str | None:
        if (why := stores.look()) is not None:
            tell(why)
        return why

    _, why = waiting.until(
        unsettled,
        lambda why: why is None or stores.wait_in_vain,
        timeout_s=0 if hurry else SETTLE_S,
        every_s=0.5,
    )
    # what could not be read at last may have changed since
    if stores.held and stores.seen and not hurry and nobody_works(stores.held):
        why = None  # it has come to its end, and not to a good one
    held = readback.with_letters(engine, stores.held, run) if stores.held else None
    return ReadBack(
        audit=check(writes, held) if held else None,
        settled=why is None,
        why=stores.absence.lost or why,
        held=held,
    )


class _Stores:
    """The stores of a stack, looked at again and again."""

    def __init__(
        self, engine: Target, stack: Stack, run: str, only: Collection[str] | None
    ) -> None:
        self._engine, self._stack, self._run = engine, stack, run
        self._only = only
        """The keys that are looked for; None: all of the run."""
        self._worked_on = any(node.tier == "worker" for node in engine.nodes())
        self._read = False
        self.absence = ObserverAbsence()
        self.held: Holdings | None = None
        """By the last look that could read them."""
        self.wait_in_vain = False
        """Whether another look would show no more."""

    @property
    def seen(self) -> bool:
        """Whether they could be read at last."""
        return self._read and self.absence.lost is None

    def look(self) -> str | None:
        """What keeps them from being settled."""
        try:
            snapshot = self.absence.take(observation.snapshot(self._engine, self._stack))
            found = readback.holdings(self._engine, self._stack, snapshot, self._run)
        except (SdctlError, observation.ObserverAway) as error:
            self._read, self.wait_in_vain = False, self.absence.lost is not None
            return _told(error)  # no leader at this moment
        self._read = True
        self.held = found if self._only is None else found.only(self._only)
        # nobody starts a node that is down: there is nothing to wait for
        down = {name for name, node in snapshot.nodes().items() if node.state == "down"}
        waits = only_waits_for(self.held, down, worked_on=self._worked_on)
        self.wait_in_vain = waits or self.absence.lost is not None
        return unsettled(self.held, worked_on=self._worked_on)


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


def nobody_works(holdings: Holdings) -> bool:
    """Pure: whether orders are accepted and none of them is on its way any more: in no row of the
    outbox, and in no queue. What a worker has in hand is in no queue either: so this tells only
    after as long a time as nobody works on one order."""
    remains = holdings.remains
    return (
        any(order.status == "accepted" for order in holdings.found.values())
        and remains is not None
        and remains.outbox == 0
        and remains.queues is not None
        and not any(count for queue, count in remains.queues.items() if queue != DEAD_QUEUE)
        and unsettled(holdings, worked_on=False) is None
    )


def only_waits_for(holdings: Holdings, down: Collection[str], *, worked_on: bool) -> bool:
    """Pure: whether all has come to its end but for followers that are ``down``."""
    rest = replace(holdings, unread={})
    return (
        bool(holdings.unread)
        and set(holdings.unread) <= set(down)
        and unsettled(rest, worked_on=worked_on) is None
    )
