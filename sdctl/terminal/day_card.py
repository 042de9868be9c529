"""A game day: what it would do, and its verdict's card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.chaos.gameday.game_day import GameDay
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation.digits import plain
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import after_start, format_duration
from sdctl.judge.day_comparison import DayComparison
from sdctl.judge.day_part import Compared, DayPart, Steady, stopped_for
from sdctl.judge.day_verdict import DayVerdict
from sdctl.judge.takeover import leaders
from sdctl.terminal.card import Card, grid, where_kept
from sdctl.terminal.prose import Prose
from sdctl.terminal.screen import Screen
from sdctl.terminal.verdict import (
    each_reason_once,
    next_step,
    of_run,
    predicted,
    predicted_time,
    took_over,
    warnings,
)


def show_plan(screen: Screen, day: GameDay, plans: Sequence[FaultPlan]) -> None:
    """What would be done, in order."""
    steady = [assertion.expr for assertion in day.steady.assertions]
    look = f"must be so for {format_duration(day.steady.for_s)}: {', '.join(steady)}"
    lines = [f"with {change}: up, and all that follows" for change in day.variants]
    lines += [
        f"send load: {plain(day.rps)} rps, seed {day.seed}",
        *([f"before: {look}"] if steady else []),
    ]
    for part, plan in zip(day.parts, plans, strict=True):
        lines += [f"at {after_start(part.at_s)}: {operation}" for operation in plan.inject]
    lines += [f"after: {look}"] if steady else []
    lines += [f"assert {assertion.expr}" for assertion in day.assertions]
    screen.print_plan(lines)


def show(screen: Screen, verdict: DayVerdict, folder: Path) -> None:
    """The result of the command: its card, or its JSON."""
    if screen.json:
        screen.print_json(verdict.to_json())
    else:
        screen.out.print(card(verdict, folder))


def show_side_by_side(screen: Screen, compared: DayComparison) -> None:
    """The same day with several settings: a column each, or the JSON."""
    if screen.json:
        screen.print_json(compared.to_json())
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    names = compared.names
    for name in names:
        table.add_column(Text(name), justify="right")
    for name, values in compared.rows():
        table.add_row(Text(name), *map(Text, values))
    runs = [(name, f"{day.whole.run}; its page: `{typed(f'report {day.whole.run}')}`")
            for name, (_, day) in zip(names, compared.verdicts, strict=True)]  # fmt: skip
    by = f": by {compared.setting}" if compared.setting else ""
    title = Text(f"game day {compared.day}, seed {compared.seed}{by}")
    rows = [*runs, *next_step(compared.advice)]
    screen.out.print(Card(compared.judgement, compared.why, title, table, Text(), grid(rows)))


def card(verdict: DayVerdict, folder: Path) -> RenderableType:
    """As wide as the terminal."""
    title = Text(f"game day {verdict.day}, seed {verdict.seed}")
    rows = [("shared stop", str(stop)) for stop in verdict.shared_stops]
    rows += [*_had_to_be(verdict), *of_run(verdict.whole), *_taught(verdict)]
    rows += next_step(verdict.advice)
    rows += where_kept(verdict.whole.run, folder)
    inside: list[RenderableType] = [*warnings(verdict.whole.load), _faults(verdict.parts)]
    return Card(
        verdict.judgement,
        verdict.why or verdict.passed,
        title,
        *inside,
        grid(each_reason_once(rows)),
    )


def _faults(parts: Sequence[DayPart]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    rows = [_row(part) for part in parts]
    led = any(leader for *_, leader in rows)
    for heading in ("at", "fault", "hit", "writes stopped for", *(["a new leader"] if led else [])):
        # the others may be narrow
        table.add_column(heading, min_width=len(heading) if heading not in ("fault", "hit") else 0)
    for row in rows:
        table.add_row(*map(Prose, row if led else row[:-1]))
    return table


def _row(part: DayPart) -> tuple[str, ...]:
    at, verdict = after_start(part.at_s), part.verdict
    if verdict is None or verdict.fault is None:
        return (at, part.name, "did not begin", "", "")
    fault, timing = verdict.fault, verdict.timing
    failover = timing.failover_s
    hit = fault.target or ""
    if verdict.facts.alone:
        hit += " (nobody can take over)"
    elif verdict.leader_before:
        hit = leaders(verdict.leader_before, verdict.leader_after)
    so = {True: ", as predicted", False: ", NOT as predicted", None: ""}[verdict.as_predicted]
    return (
        at,
        str(fault),
        hit,
        stopped_for(part) + so,
        "" if failover is None else f"after {format_duration(failover)}",
    )


def _had_to_be(verdict: DayVerdict) -> list[tuple[str, str]]:
    rows = []
    for name, steady in (("steady before", verdict.before), ("steady after", verdict.seen_after)):
        if steady is None or steady.held or steady.why:
            rows.append((name, _steady(steady)))
    rows += [("asserted", _held(held)) for held in verdict.asserted]
    return rows


def _steady(steady: Steady | None) -> str:
    if steady is None:
        return "not looked at"
    return steady.why or "; ".join(map(_held, steady.held))


def _held(held: Compared) -> str:
    if held.value is None:
        return f"{held.expr}: {held.seen}"
    so = {True: "yes", False: "NO", None: held.why_not_judged}[held.ok]
    return f"{held.expr}: {so} (was {held.seen})"


def _taught(verdict: DayVerdict) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for judged in verdict.verdicts:
        fault = judged.fault
        timed = predicted_time(judged)
        own = [*took_over(judged), *timed, *predicted(judged, first=not timed)]
        if fault is not None and own:
            rows += [(fault.id, fault.kind), *own]
    return rows
