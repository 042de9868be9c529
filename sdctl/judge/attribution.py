"""Which fault of several can have harmed which write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sdctl.judge.ledger import Write

Span = tuple[float, float]
"""From when to when a fault was on, two moments of ``time.monotonic()``."""


def harmed(writes: Iterable[Write], span: Span, spans: Sequence[Span]) -> frozenset[str]:
    """The keys of the writes that the fault of ``span`` can have harmed, among the faults of
    ``spans``, itself included.

    These are the writes that were answered while it was on. A leader takes with it what it
    acknowledged just before it died, so they are also those before the fault that began next, and
    those after all faults belong to the one that ended last.
    """
    return frozenset(write.key for write in writes if span in _of(write.done_at, spans))


def _of(at: float, spans: Sequence[Span]) -> list[Span]:
    on = [span for span in spans if span[0] <= at <= span[1]]
    later = min((span for span in spans if span[0] > at), default=None)
    found = on if later is None else [*on, later]
    return found or [max(spans, key=lambda span: span[1])]
