"""How a step of the tour looks: what it is for, each command, what came, what to see in it."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from sdctl.guide.tour import Done
from sdctl.guide.tour_commands import Came
from sdctl.guide.tour_step import TourStep
from sdctl.terminal import curl, log
from sdctl.terminal.inspect import tables

_BODY_LINES = 14
_LOG_LINES = 8


def opening(step: TourStep, total: int) -> RenderableType:
    """Its title, and what it is for."""
    title = Text(f"{step.place} of {total}: {step.title}", style="bold")
    return Group(Rule(title, align="left", characters="─"), Text(step.purpose), Text())


def command(line: str, plainly: str) -> RenderableType:
    """What is done, before it is done."""
    parts = [Text.assemble(("$ ", "dim"), (line, "bold"))]
    if plainly:
        parts.append(Text.assemble(("  the same, without sdctl: ", "dim"), plainly))
    return Group(*parts)


def result(done: Done) -> RenderableType:
    """What came, and each promise with whether it held."""
    if done.left_out:
        return Group(Text(f"Off: {done.left_out}. The profile standard has it.\n", style="yellow"))
    marks = [
        Text.assemble(("✓ " if holds else "✗ ", "green" if holds else "bold red"), says)
        for says, holds in done.kept
    ]
    return Group(_came(done.came), *marks, Text())


def closing(step: TourStep, stack: str) -> RenderableType:
    """What to try with it."""
    own = "sdctl " if stack == "sdctl" else f"sdctl --stack {stack} "
    more = [line.replace("sdctl ", own, 1) for line in step.more]
    return Text.assemble(("To try: ", "dim"), " · ".join(more), "\n")


def _came(came: Came) -> RenderableType:
    if len(came.answers) > 1:
        served = Counter(answer.headers.get("x-served-by", "nobody") for answer in came.answers)
        said = ", ".join(f"{name} × {count}" for name, count in sorted(served.items()))
        statuses = ", ".join(str(status) for status in sorted({a.status for a in came.answers}))
        return Text(f"{len(came.answers)} times: {statuses}; X-Served-By: {said}")
    if came.answers:
        return Group(curl.head(came.answer), Text(_cut(curl.body(came.answer), _BODY_LINES)))
    if came.tables:
        return tables({"tables": came.tables})
    if came.lines:
        shown = [log.line(line) for line in came.lines[:_LOG_LINES]]
        more = len(came.lines) - len(shown)
        return Group(*shown, *([Text(f"and {more} more", style="dim")] if more else []))
    if came.states is not None:
        states = Counter(came.states.values())
        return Text(", ".join(f"{count} nodes {state}" for state, count in states.items()))
    return Text(came.text.rstrip() or "nothing came")


def _cut(text: str, most: int) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:most], *(["…"] if len(lines) > most else [])])
