"""A game day as it was written down: what is sent, what must be so, what breaks when."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sdctl.faults.fault import Fault, fields_of
from sdctl.foundation.units import format_duration
from sdctl.load.assertions import Assertion


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of its faults."""

    at_s: float
    """When it begins, in seconds after the first moment of the day."""
    fault: Fault

    def to_json(self) -> dict[str, Any]:
        """A member of the day's ``faults``."""
        return {"at_s": self.at_s, "fault": self.fault.kind, "options": _given(self.fault)}


@dataclass(frozen=True, kw_only=True)
class SteadyState:
    """What must be so before the first fault and after the last one."""

    for_s: float = 5.0
    """For how long it is looked at, each time."""
    assertions: tuple[Assertion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GameDay:
    """A whole day, checked. The same seed gives the same requests and the same choices."""

    name: str
    description: str = ""
    seed: int = 0
    rps: float = 100.0
    workload: str | None = None
    """None: the one that the first fault's tier is measured with."""
    variants: tuple[str, ...] = ()
    """Settings, such as ``database.durability=performance``: the day is played once with each."""
    steady: SteadyState = SteadyState()
    parts: tuple[Part, ...]
    """In the order of their times."""
    assertions: tuple[Assertion, ...] = ()

    def titles(self) -> tuple[str, ...]:
        """Of each fault: what tells it from the others of the file, such as ``pause at 30s``."""
        times = [format_duration(part.at_s) if part.at_s else "0 s" for part in self.parts]
        return tuple(f"{name} at {at}" for name, at in zip(self.names(), times, strict=True))

    def names(self) -> tuple[str, ...]:
        """Of each fault: its kind; where several are of one kind, with what it was to hit; and
        where they were to hit the same, with a number."""
        kinds = Counter(part.fault.kind for part in self.parts)
        names = [
            f"{part.fault.kind} {part.fault.asked}".rstrip()
            if kinds[part.fault.kind] > 1
            else part.fault.kind
            for part in self.parts
        ]
        counts, seen = Counter(names), Counter[str]()
        found = []
        for name in names:
            seen[name] += 1
            found.append(f"{name} #{seen[name]}" if counts[name] > 1 else name)
        return tuple(found)

    def seeded(self, seed: int | None = None) -> GameDay:
        """With this seed (None: its own), and with each fault's own choices made by it."""
        chosen = self.seed if seed is None else seed
        parts = tuple(
            dataclasses.replace(part, fault=_seeded(part.fault, chosen, number))
            for number, part in enumerate(self.parts)
        )
        return dataclasses.replace(self, seed=chosen, parts=parts)

    def to_json(self) -> dict[str, Any]:
        """As in ``sdctl chaos days --json``."""
        return {
            "name": self.name,
            "description": self.description,
            "seed": self.seed,
            "variants": list(self.variants),
            "load": {"rps": self.rps, "workload": self.workload},
            "steady": {
                "for_s": self.steady.for_s,
                "assert": [assertion.expr for assertion in self.steady.assertions],
            },
            "faults": [part.to_json() for part in self.parts],
            "assert": [assertion.expr for assertion in self.assertions],
        }


def _seeded(fault: Fault, of_day: int, number: int) -> Fault:
    """A fault that leaves something to chance says so by an option ``seed``. One that tells its
    seed is to tell the day's, with which ``chaos run`` chooses the same again."""
    if getattr(fault, "seed", 0) is not None:
        return fault
    changes: dict[str, Any] = {"seed": random.Random(f"{of_day}/{number}").randrange(10_000)}
    if hasattr(fault, "of_day"):
        changes["of_day"] = {"seed": of_day}
    changed: Any = dataclasses.replace(fault, **changes)  # type: ignore[type-var]
    return changed  # type: ignore[no-any-return]


def _given(fault: Fault) -> dict[str, Any]:
    """The options as they are called on the command line, without those that are not set."""
    values = {
        field.name.rstrip("_").replace("_", "-"): getattr(fault, field.name)
        for field in fields_of(type(fault))
    }
    return {name: value for name, value in values.items() if value not in (None, "", False)}
