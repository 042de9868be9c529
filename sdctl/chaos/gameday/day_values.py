"""The values of a game day's file: what each means, or a ``ValueError`` that says what is wrong.
Pure."""

from __future__ import annotations

import re
from typing import Any

from sdctl.faults.fault_plan import LOAD_S
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import duration, shown, write_duration
from sdctl.workloads.get import Get
from sdctl.workloads.workload import all_workloads

_LONGEST_STEADY_S = 120.0
_ONE = {"faults": "fault", "variants": "variant", "assert": "assertion"}
_PLACE = re.compile(r"(\.)?(faults|variants|assert)\.(\d+)(\.)?")


def place(path: str) -> str:
    """As people count: ``fault 2, for`` for ``faults.1.for``."""

    def words(found: re.Match[str]) -> str:
        before, after = (", " if found[side] else "" for side in (1, 4))
        return f"{before}{_ONE[found[2]]} {int(found[3]) + 1}{after}"

    return _PLACE.sub(words, path)


def one_line(given: Any) -> str:
    """A text without line ends."""
    if not isinstance(given, str):
        raise ValueError("must be a text")
    return " ".join(given.split())


def workload(given: Any) -> str:
    """The name of a workload that a stack can be sent."""
    known = [name for name in all_workloads() if name != Get.name]
    if not isinstance(given, str) or given not in known:
        raise ValueError(f"no such workload {shown(given)}{meant(given, known)}")
    return str(given)


def moment(given: Any) -> float:
    """When a fault begins, in seconds from the start of the load."""
    at_s = duration(given)
    if at_s > LOAD_S:
        raise ValueError(f"is after {write_duration(LOAD_S)}, when the load is over")
    return at_s


def window(given: Any) -> float:
    """For how many seconds the steady state is looked at."""
    for_s = duration(given)
    if not 1.0 <= for_s <= _LONGEST_STEADY_S:
        most = write_duration(_LONGEST_STEADY_S)
        raise ValueError(f"must be from 1s to {most}, not {write_duration(for_s)}")
    return for_s
