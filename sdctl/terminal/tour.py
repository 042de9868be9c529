"""How a step of the tour looks: what it is for, each command, what came, what to see in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TextIO, TypeVar

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from sdctl.foundation.http_messages import HttpAnswer
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import counted
from sdctl.guide import answer_headers
from sdctl.guide.tour import Done
from sdctl.guide.tour_step import TourStep
from sdctl.terminal import curl, log
from sdctl.terminal.inspect import tables
from sdctl.terminal.prose import Prose

T = TypeVar("T")

_ENDS = ("q", "quit", "exit")
_BODY = 390
"""Characters of an answer's body, five lines."""
_ROWS = 5
"""Of a table, and log lines."""


class Screenful:
    """Shows a step. Where it is longer than the terminal is high, it waits for Enter before what
    would push the beginning off the screen. Without a ``reader`` it never waits."""

    def __init__(self, out: Console, reader: TextIO | None, title: RenderableType) -> None:
        self._out, self._reader, self._title = out, reader, title
        self._used = 1  # the line that the tour was typed in, or the one that is asked in
        self._command: RenderableType | None = None
        self.show(title)

    def command(self, command: RenderableType) -> bool:
        """Show one. What it gives is never on a screen without it."""
        self._command = None
        wanted = self.show(command, soft_wrap=True)
        self._command = command
        return wanted

    def show(self, part: RenderableType, *, soft_wrap: bool = False) -> bool:
        """Whether the reader wants it: q ends the tour here too."""
        lines = len(self._out.render_lines(part, pad=False))
        begun = self._used > 1 + len(self._out.render_lines(self._title, pad=False))
        if self._reader and begun and self._used + lines >= self._out.height:
            if not goes_on(self._out, self._reader, "the rest of this step"):
                return False
            self._out.clear()
            above = [self._title, *([self._command] if self._command else [])]
            for line in above:
                self._out.print(line, soft_wrap=True)
            self._used = 1 + sum(len(self._out.render_lines(line, pad=False)) for line in above)
        self._out.print(part, soft_wrap=soft_wrap)
        self._used += lines
        return True


def title(step: TourStep, total: int) -> RenderableType:
    """Where the tour is, in one line."""
    words = Text(f"{step.place} of {total}: {step.title}", style="bold")
    return Rule(words, align="left", characters="─")


def purpose(step: TourStep) -> RenderableType:
    """What the part is for."""
    return Group(Prose(step.purpose), Text())


def command(line: str, plainly: str) -> RenderableType:
    """What is done, before it is done."""
    parts = [Text.assemble(("$ ", "dim"), (line, "bold"))]
    if plainly:
        parts.append(Text.assemble(("  the same, without sdctl: ", "dim"), plainly))
    return Group(*parts)


def result(done: Done) -> RenderableType:
    """What came, and each promise with whether it held."""
    if done.left_out:
        return Group(Prose(f"Off: {done.left_out}", "yellow"), Text())
    marks = [
        Text.assemble(("✓ " if holds else "✗ ", "green" if holds else "bold red"), says)
        for says, holds in done.kept
    ]
    return Group(_came(done), *marks, Text())


def closing(step: TourStep, stack: str, off: Collection[str]) -> Text:
    """What to try with it, without what needs a tier that is ``off``; empty: nothing."""
    able = [line for line in step.more if not set(line.split()) & set(off)]
    more = [typed(line.removeprefix("sdctl "), stack) for line in able]
    lines = f"\n{'':8}".join(more)
    # a command is never broken: it is there to be pasted
    shown = Text.assemble(("To try: ", "dim"), lines, no_wrap=True, overflow="ignore")
    return shown if more else Text()


def goes_on(out: Console, reader: TextIO, following: str) -> bool:
    """Whether the reader wants what follows. What is neither yes nor no is asked again: it may be
    a command that was meant for a shell."""
    while True:
        out.print(f"Enter: {following} · q, Enter: end  ", end="", markup=False)
        try:
            line = reader.readline()
        except BaseException:
            out.print()  # what is said of it begins a line
            raise
        if not line:
            out.print()
            return False
        said = line.strip().lower()
        if said in ("", *_ENDS):
            return not said
        out.print("The tour takes only Enter, or q to end. Give commands in another terminal.")


def _came(done: Done) -> RenderableType:
    came = done.came
    if len(came.answers) > 1:
        served = Counter(answer.headers.get("x-served-by", "nobody") for answer in came.answers)
        said = ", ".join(f"{name} × {count}" for name, count in sorted(served.items()))
        statuses = ", ".join(str(status) for status in sorted({a.status for a in came.answers}))
        return Text(f"{len(came.answers)} times: {statuses}; X-Served-By: {said}")
    if came.answers:
        return Group(curl.head(came.answer, _looked_at(done)), Text(_body(came.answer)))
    if came.tables:
        begun = [{**table, "rows": _begin(table["rows"])} for table in came.tables]
        return Group(tables({"tables": begun}), *_left(came.tables))
    if came.lines:
        shown = [log.line(line) for line in _begin(came.lines)]
        for line in shown:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*shown, *_more(len(came.lines) - len(shown), "more line"))
    if came.states is not None:
        states = Counter(came.states.values())
        return Text(", ".join(f"{count} nodes {state}" for state, count in states.items()))
    return Text(came.text.rstrip() or "nothing came")


def _left(found: Sequence[Mapping[str, Any]]) -> list[Text]:
    """What the command itself shows besides."""
    return _more(
        sum(len(table["rows"]) - len(_begin(table["rows"])) for table in found), "more row"
    )


def _begin(rows: Sequence[T]) -> Sequence[T]:
    """One row too many is shown too: to say that it is left out takes as much room."""
    return rows if len(rows) <= _ROWS + 1 else rows[:_ROWS]


def _more(count: int, what: str) -> list[Text]:
    said = f"{counted(count, what)}: the command above shows all"
    return [Text(said, style="dim")] if count else []


def _looked_at(done: Done) -> set[str]:
    """The headers that the promises name, and who was read: a screen holds no more."""
    said = " ".join(says for says, _ in done.kept)
    return {
        *answer_headers.WHO_WAS_READ,
        *(name for name in answer_headers.MEANINGS if name in said),
    }


def _body(answer: HttpAnswer) -> str:
    """JSON without its line ends."""
    text = answer.text if answer.value is None else json.dumps(answer.value, ensure_ascii=False)
    return text if len(text) <= _BODY else f"{text[:_BODY]} …"
