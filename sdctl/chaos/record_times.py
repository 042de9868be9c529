"""The moments of a fault's record, on the clocks that a run measures with."""

from __future__ import annotations

import math
from datetime import datetime

from sdctl.foundation import moments
from sdctl.state.fault_record import Record


def injected_at(record: Record) -> float:
    """When a fault's operations began, on this process's ``time.monotonic()``."""
    return monotonic(record.began)


def wall(text: str) -> float:
    """A moment of RFC 3339 in Unix seconds."""
    return datetime.fromisoformat(text).timestamp()


def monotonic(text: str) -> float:
    """A moment of RFC 3339 on this process's ``time.monotonic()``."""
    return wall(text) + moments.to_monotonic()


def span(record: Record) -> tuple[float, float]:
    """From a fault's injection until it was undone, on the same; one that is on has no end yet."""
    healed_at = record.healed_at
    return injected_at(record), math.inf if healed_at is None else monotonic(healed_at)
