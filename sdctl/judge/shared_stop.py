"""Writes that stopped while several faults of a game day were on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.foundation.units import format_duration, milliseconds
from sdctl.judge.outage import Outage


@dataclass(frozen=True, kw_only=True)
class SharedStop:
    """One stop of writes, and the faults of which each has it as its own."""

    faults: tuple[str, ...]
    """Their ids."""
    seconds: float

    def __str__(self) -> str:
        """For people."""
        *first, last = self.faults
        return (
            f"{', '.join(first)} and {last} have one stop of {format_duration(self.seconds)} "
            "together: which of them made it is not known"
        )

    def to_json(self) -> dict[str, Any]:
        """A member of ``shared_stops``."""
        return {"faults": list(self.faults), "rto_ms": milliseconds(self.seconds)}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> SharedStop:
        """Of a game day's ``verdict.json``."""
        return cls(faults=tuple(value["faults"]), seconds=value["rto_ms"] / 1000)


_SHORT_S = 1.0
"""Stops that are shorter may overlap by chance."""


def shared(stops: Iterable[tuple[str, Outage]]) -> tuple[SharedStop, ...]:
    """Pure: of the stops, each with the id of its fault, those that overlap, so that no fault has
    one alone. A short one counts for none."""
    groups: list[list[tuple[str, Outage]]] = []
    for fault, stop in stops:
        if stop.seconds < _SHORT_S:
            continue
        alike = [
            group for group in groups
            if any(stop.since < other.until and other.since < stop.until for _, other in group)
        ]  # fmt: skip
        merged = [*(member for group in alike for member in group), (fault, stop)]
        groups = [*(group for group in groups if group not in alike), merged]
    return tuple(
        SharedStop(
            faults=tuple(fault for fault, _ in group),
            seconds=max(stop.until for _, stop in group) - min(stop.since for _, stop in group),
        )
        for group in groups
        if len(group) > 1
    )
