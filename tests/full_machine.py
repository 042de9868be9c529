"""What a machine that others fill keeps a test from telling. sdctl says so itself: then the test
tries once more. What stays untold counts as that, and is listed when all tests are through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
_UNTOLD: list[str] = []


def told(attempt: Callable[[], T], why_not: Callable[[T], str]) -> T:
    """The first of two attempts of which ``why_not`` is empty. Else the second as it is, and why is
    noted: whoever judges it must leave out what it does not tell."""
    found = attempt()
    if why_not(found):
        found = attempt()
        if why := why_not(found):
            _UNTOLD.append(why)
    return found


def uncounted(run: Mapping[str, Any]) -> str:
    """Why the times of a run do not count, by its verdict or by its load's figures; empty: they
    do."""
    figures = run.get("generator", run)
    counts = figures["times_count"] if "times_count" in figures else not figures["saturated"]
    return "" if counts else f"the times do not count, because {figures['because']}"


def bad(run: Mapping[str, Any]) -> int:
    """How many of its requests were not answered well."""
    return int(run["requests"]["failed"] + run["requests"]["unknown"])


def failed(run: Mapping[str, Any], share: float = 0.0) -> str:
    """Why it tells nothing of the stack that more than this share of the requests failed; empty:
    fewer did, or it does."""
    why = uncounted(run)
    more = bad(run) > share * run["requests"]["sent"]
    return f"{bad(run)} requests failed, and {why}" if why and more else ""


def noted() -> list[str]:
    """What was untold since this was asked last."""
    new = _UNTOLD.copy()
    _UNTOLD.clear()
    return new
