"""Facts as short text: the unit is in the name's suffix, so no table needs to know the tiers."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import format_duration, format_size
from sdctl.state.fact_label import label
from sdctl.state.snapshot import Fact

_TOLD_SHORT = frozenset({"cache_hits", "cache_misses", "leads", "slot_ranges"})
"""What a line of facts tells shorter already: as a ratio, or as a count."""


def cell(name: str, value: Fact) -> str:
    """One value: ``64 MiB`` for ``*_bytes``, ``2 s`` for ``*_seconds``, ``97%`` for ``*_ratio``."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if name.endswith(("_bytes", " bytes")):
            return format_size(value)
        if name.endswith(("_seconds", "_s")) and not name.endswith("per_s"):
            return format_duration(value)
        if name.endswith(("_ratio", "_rate")):
            return f"{value:.0%}"
        if isinstance(value, float):
            return in_digits(value, 4)
        return str(value)
    return value


def parts(facts: Mapping[str, Fact]) -> list[str]:
    """The facts of a node, each as ``lag 2 KiB``; without those that say nothing."""
    return [
        label(name) if value is True else f"{label(name)} {cell(name, value)}"
        for name, value in facts.items()
        if value is not None and value is not False and name not in _TOLD_SHORT
    ]
