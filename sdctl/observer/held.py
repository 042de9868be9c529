"""Held: what a node of a store holds of a run's writes, read back after a fault."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a node holds of a run's writes."""

    lines: str
    """CSV, a key each: the key, how often it is there and, where the store knows, how it stands,
    how often its user was told, what it says, and the id by which it is found
    (``judge/holdings.py``: ``StoredWrite``)."""
    waiting: int | None = None
    """How many of them have still to go on from here; None: none ever has to."""
