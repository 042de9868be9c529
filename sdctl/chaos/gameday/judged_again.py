"""A game day's verdict made once more, of what its run wrote down and each fault judged anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sdctl.chaos.gameday.day_figures import DAY, STEADY
from sdctl.chaos.gameday.steady import compared
from sdctl.judge.day_part import Compared, DayPart, Steady
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.verdict import Verdict
from sdctl.load.assertions import Grammar, parse


def judged_again(
    written: Mapping[str, Any], whole: Verdict, of_part: Callable[[Mapping[str, Any]], Verdict]
) -> DayVerdict:
    """``written`` is the run's ``verdict.json``, ``whole`` the verdict on it without its
    faults, and ``of_part`` judges a member of ``faults``."""
    steady = written["steady"]
    return DayVerdict(
        day=written["day"],
        seed=written["seed"],
        before=_steady(steady["before"]),
        after=None if steady["after"] is None else _steady(steady["after"]),
        parts=tuple(_part(part, of_part) for part in written["faults"]),
        assertions=tuple(_compared(assertion, DAY) for assertion in written["assertions"]),
        whole=whole,
    )


def _steady(seen: Mapping[str, Any]) -> Steady:
    held = tuple(_compared(assertion, STEADY) for assertion in seen["assertions"])
    return Steady(held=held, why=seen["why"])


def _compared(told: Mapping[str, Any], grammar: Grammar) -> Compared:
    return compared(parse(told["expr"], grammar), told["value"])


def _part(part: Mapping[str, Any], of_part: Callable[[Mapping[str, Any]], Verdict]) -> DayPart:
    kind, at_s = part["kind"], part["at_s"]
    name = part.get("name", kind)
    if not part["began"]:
        return DayPart(kind=kind, name=name, at_s=at_s, why=part["why"])
    return DayPart(
        kind=kind,
        name=name,
        at_s=at_s,
        verdict=of_part(part),
        writes_per_s=part["writes_per_s"],
    )
