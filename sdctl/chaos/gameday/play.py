"""Plays a game day: its faults at their times, several at once if they overlap, one verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from sdctl.chaos import end, fault_verdict, run
from sdctl.chaos.end import End
from sdctl.chaos.experiment import Experiment, RunningLoad
from sdctl.chaos.gameday import day_figures, steady
from sdctl.chaos.gameday.claims import Claims
from sdctl.chaos.gameday.game_day import GameDay, Part
from sdctl.chaos.gameday.played_part import play_part
from sdctl.chaos.gameday.steady import compared
from sdctl.chaos.life import Life
from sdctl.foundation import signals, waiting
from sdctl.judge.day_part import DayPart, Steady
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.ledger import Write
from sdctl.judge.run_facts import RunFacts


def play(experiment: Experiment, day: GameDay, load: RunningLoad) -> DayVerdict:
    """A day from its baseline to its verdict. Whatever happens, every fault is healed before this
    returns. Interrupted, all are healed at once and the figures so far are judged."""
    run.baseline(experiment, load)
    before = steady.looked_at(day.steady, load, experiment.steps, "before")
    played, hurry = _played(experiment, day, load) if before.ok is True else ([], False)
    after: list[Steady] = []

    def look() -> None:
        if played:
            after.append(steady.looked_at(day.steady, load, experiment.steps, "after"))

    try:
        reached = end.bring_to_end(
            experiment, _lives(played), load, hurry=hurry, before_the_load_ends=look
        )
    except KeyboardInterrupt:
        if hurry:
            raise
        played, hurry = _cut_short(played), True
        reached = end.bring_to_end(experiment, _lives(played), load, hurry=True)
    facts = RunFacts(interrupted=hurry)
    return _judged(experiment, day, played, reached, before, after[-1] if after else None, facts)


def _lives(played: Sequence[Life | str]) -> list[Life]:
    return [life for life in played if isinstance(life, Life)]


def _cut_short(played: Sequence[Life | str]) -> list[Life | str]:
    return [life.cut_short() if isinstance(life, Life) else life for life in played]


def _played(
    experiment: Experiment, day: GameDay, load: RunningLoad
) -> tuple[list[Life | str], bool]:
    """For each fault its life, or why it did not begin; and whether the day was interrupted, which
    may be before any began. Where one cannot be healed, or sdctl itself is wrong, all of them end,
    and that is raised when every other one is healed."""
    stop, began = threading.Event(), time.monotonic()
    claims, interrupted = Claims(experiment.stack), False
    # held from the first thread on: else an interruption among them would leave them unstopped,
    # and the pool would wait for the whole day
    with ThreadPoolExecutor(max_workers=len(day.parts)) as pool, signals.held():
        futures = [pool.submit(play_part, experiment, part, name, load, began, stop, claims)
                   for part, name in zip(day.parts, day.names(), strict=True)]  # fmt: skip
        try:
            with signals.let_in():
                waiting.ended(futures)
        except KeyboardInterrupt:
            interrupted = True
        if interrupted or any(_failed(future) for future in futures):
            stop.set()
        wait(futures)
    played = [future.result() for future in futures]
    interrupted |= any(life.facts.interrupted for life in _lives(played))
    return (_cut_short(played) if interrupted else played), interrupted


def _failed(future: Future[Life | str]) -> bool:
    return future.done() and future.exception() is not None


def _judged(
    experiment: Experiment,
    day: GameDay,
    played: Sequence[Life | str],
    reached: End,
    before: Steady,
    after: Steady | None,
    facts: RunFacts,
) -> DayVerdict:
    def judged(part: Part, name: str, life: Life | str) -> DayPart:
        known = DayPart(kind=part.fault.kind, name=name, at_s=part.at_s)
        if isinstance(life, str):
            return replace(known, why=life)
        return replace(
            known,
            verdict=fault_verdict.judged(experiment, life, reached),
            writes_per_s=_rate(reached.writes, life),
        )

    # none has begun where there was no steady state
    parts = tuple(map(judged, day.parts, day.names(), played))
    found = day_figures.of_day(reached, _lives(played))
    return DayVerdict(
        day=day.name,
        seed=day.seed,
        before=before,
        after=after,
        parts=parts,
        assertions=tuple(
            compared(assertion, found[assertion.metric]) for assertion in day.assertions
        ),
        whole=reached.verdict(facts),
    )


def _rate(writes: Sequence[Write], life: Life) -> float | None:
    """Acknowledged writes a second while a fault was on."""
    lasted = life.healed_at - life.injected_at
    inside = sum(
        write.outcome == "acknowledged" and life.injected_at <= write.done_at <= life.healed_at
        for write in writes
    )
    return inside / lasted if lasted > 0 else None
