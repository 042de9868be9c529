"""The steady state of a game day: what must be so while nothing is broken."""

from __future__ import annotations

import time

from sdctl.chaos.experiment import RunningLoad, Steps
from sdctl.chaos.gameday.day_figures import DAY, STEADY, of_window
from sdctl.chaos.gameday.game_day import SteadyState
from sdctl.foundation import moments, waiting
from sdctl.foundation.units import format_duration
from sdctl.judge.day_part import Compared, Steady
from sdctl.load.assertions import Assertion

PATIENCE_S = 30.0
"""How long a stack may take until it is steady."""
_LATE_S = 3.0
"""A load tells each second at the latest how its requests ended."""


def looked_at(steady: SteadyState, load: RunningLoad, steps: Steps, when: str) -> Steady:
    """Look for its time, again and again until it is so or ``PATIENCE_S`` are over; what was seen
    last. Without an assertion nothing is waited for."""
    if not steady.assertions:
        return Steady()
    wanted = ", ".join(assertion.expr for assertion in steady.assertions)
    steps.say(f"steady state {when}: {wanted}, for {format_duration(steady.for_s)}")
    _, seen = waiting.until(
        lambda: _one_look(steady, load),
        lambda seen: seen.ok is True,
        timeout_s=PATIENCE_S,
        every_s=0.1,
    )
    return seen


def _one_look(steady: SteadyState, load: RunningLoad) -> Steady:
    begin, offset = time.monotonic(), moments.to_monotonic()
    end = begin + steady.for_s
    waiting.until(
        lambda: max((tick["at"] + offset for tick in load.ticks()), default=begin),
        lambda told: told >= end,
        timeout_s=steady.for_s + _LATE_S,
        every_s=0.5,
    )
    ticks = [tick for tick in load.ticks() if begin <= tick["at"] + offset <= end + _LATE_S]
    found = of_window(load.writes(), ticks, begin, end)
    return Steady(
        held=tuple(compared(assertion, found[assertion.metric]) for assertion in steady.assertions)
    )


def compared(assertion: Assertion, value: float | None) -> Compared:
    """Pure: an assertion with the value of its figure."""
    return Compared(
        expr=assertion.expr,
        ok=assertion.compare(value),
        value=value,
        metric=assertion.metric,
        is_time=assertion.metric in (*DAY.times, *STEADY.times),
        counts=assertion.counts,
    )
