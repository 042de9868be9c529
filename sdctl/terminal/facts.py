"""Facts as short text: the unit is in the name's suffix, so no table needs to know the tiers."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import format_duration, format_size
from sdctl.state.fact_label import label
from sdctl.state.snapshot import Fact

_TOLD_SHORT = frozenset({"cache_hits", "cache_misses", "leads", "slot_ranges"})
"""What a line of facts tells shorter already: as a ratio, or as a count."""
_TOGETHER = {
    ("lag_bytes", "lag_seconds"): "lag {}, {}",
    ("pool_leader", "pool_follower"): "database connections {} to the leader, {} to a follower",
}
"""Two facts of one thing, told at once where both are known."""


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
    pairs = [pair for pair in _TOGETHER if None not in map(facts.get, pair)]
    first, second = {pair[0]: pair for pair in pairs}, {pair[1] for pair in pairs}
    told = []
    for name, value in facts.items():
        if value is None or value is False or name in _TOLD_SHORT or name in second:
            continue
        if pair := first.get(name):
            told.append(_TOGETHER[pair].format(*(cell(one, facts[one]) for one in pair)))
        else:
            told.append(label(name) if value is True else f"{label(name)} {cell(name, value)}")
    return told
