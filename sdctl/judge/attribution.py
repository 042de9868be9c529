"""Which fault of several can have harmed which write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sdctl.judge.ledger import Write

Span = tuple[float, float]
"""From when to when a fault was on, two moments of ``time.monotonic()``."""


def harmed(writes: Iterable[Write], own: str, spans: Mapping[str, Span]) -> frozenset[str]:
    """The keys of the writes that the fault ``own`` can have harmed, among the faults of ``spans``,
    by id, itself included.

    These are the writes that were answered while it was on. A leader takes with it what it
    acknowledged just before it died, so they are also those before the fault that began next, and
    those after all faults belong to the one that ended last.
    """
    return frozenset(write.key for write in writes if own in _of(write.done_at, spans))


def counted(
    writes: Iterable[Write], own: str, spans: Mapping[str, Span], *, of_day: bool = False
) -> frozenset[str] | None:
    """The keys of the writes that the figures of the fault ``own`` count, among the faults of one
    load; None: all, as it is the only one, or they are the faults ``of_day``, which is judged as a
    whole.

    An acknowledged write counts where it can have been ``harmed``. One that was refused, or whose
    outcome is unknown, counts for the faults that were on when it ended. Where none was, it is of
    the tail of the one that began last before it; before all of them, it is of the first.
    """
    if of_day or len(spans) < 2:
        return None
    writes = list(writes)
    acknowledged = harmed(writes, own, spans)
    return frozenset(
        write.key for write in writes
        if (write.key in acknowledged if write.outcome == "acknowledged"
            else own in _in_the_tail_of(write.done_at, spans))
    )  # fmt: skip


def _in_the_tail_of(at: float, spans: Mapping[str, Span]) -> list[str]:
    on = [fault for fault, (begin, end) in spans.items() if begin <= at <= end]
    in_order = sorted(spans, key=lambda fault: spans[fault])
    before = [fault for fault in in_order if spans[fault][0] <= at]
    return on or (before[-1:] or in_order[:1])


def others(own: str, spans: Mapping[str, Span]) -> list[Span]:
    """When each of the ``spans`` but that of the fault ``own`` was."""
    return [span for fault, span in spans.items() if fault != own]


def named(own: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """The faults but ``own``, such as ``f-5 kill-leader``. ``kinds``: what kind each is."""
    return tuple(f"{fault} {kind}" for fault, kind in kinds.items() if fault != own)


def overlapping(own: str, spans: Mapping[str, Span]) -> list[str]:
    """The faults of ``spans`` that were on while ``own`` was, by id, in the order in which they
    began."""
    begin, end = spans[own]
    others = {fault: span for fault, span in spans.items() if fault != own}
    return [
        fault for fault, span in sorted(others.items(), key=lambda one: one[1])
        if span[0] < end and begin < span[1]
    ]  # fmt: skip


def beside(own: str, spans: Mapping[str, Span], kinds: Mapping[str, str]) -> str:
    """What else was on while the fault ``own`` was, such as ``f-5 kill-leader``; empty: nothing.
    ``kinds``: what kind each fault is, of those that matter."""
    return ", ".join(f"{it} {kinds[it]}" for it in overlapping(own, spans) if it in kinds)


def _of(at: float, spans: Mapping[str, Span]) -> list[str]:
    on = [fault for fault, (begin, end) in spans.items() if begin <= at <= end]
    later = {fault: span for fault, span in spans.items() if span[0] > at}
    found = [*on, *([min(later, key=later.__getitem__)] if later else [])]
    return found or [max(spans, key=lambda fault: spans[fault][1])]
