"""An assertion about a load, checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An assertion as the user wrote it, and whether it held."""

    expr: str
    ok: bool | None
    """None: it was not measured, or is about times and they do not count."""
    counts: bool = False
    """It is about how requests ended, which is a fact whatever the latencies are."""
