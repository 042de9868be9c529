"""What words mean, for people: as wide as the terminal, and never wider than is easy to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sdctl.foundation.own_command import example
from sdctl.guide import measured
from sdctl.guide.meaning import Meaning
from sdctl.guide.meanings import SETTINGS
from sdctl.terminal.prose import Prose

_EASY = 96


def shown(found: Sequence[Meaning], width: int) -> RenderableType:
    """Each meaning: the sentences, then what is known beside."""
    parts: list[RenderableType] = []
    for meaning in found:
        parts += [Text() if parts else "", *_meaning(meaning, min(width, _EASY))]
    return Constrain(Group(*parts[1:]), min(width, _EASY))


def _meaning(meaning: Meaning, width: int) -> Iterable[RenderableType]:
    yield Text.assemble((meaning.word, "bold"), (f"  {meaning.where}", "dim"))
    if meaning.text:
        yield Padding(Prose(meaning.text), (0, 0, 0, 2), expand=False)
    facts = Table.grid(padding=(0, 2))
    rows = [*_facts(meaning)]
    left = max(map(len, ["try", *(name for name, _ in rows)])) + 4
    facts.add_column(no_wrap=True, style="dim")
    facts.add_column(overflow="fold", max_width=width - left)
    for name, said in rows:
        facts.add_row(f"  {name}", Prose(said))
    if facts.row_count:
        yield facts
    for heading, figures in measured.in_short(meaning.measured).items():
        yield Text.assemble(("  measured  ", "dim"), heading)
        lines = Table.grid(padding=(0, 2))
        lines.add_column(justify="right", no_wrap=True, min_width=10)
        for value, what in figures:
            lines.add_row(value, Prose(what))
        yield lines
    if meaning.example:
        # one line, however long: it is there to be pasted
        yield Text.assemble(
            (f"{'  try':{left}}", "dim"),
            example(meaning.example),
            no_wrap=True,
            overflow="ignore",
        )


def _facts(meaning: Meaning) -> Iterable[tuple[str, str]]:
    yield from meaning.facts.items()
    if meaning.also and meaning.where != SETTINGS:
        yield "also", ", ".join(meaning.also)


def listed(groups: Mapping[str, Sequence[str]]) -> RenderableType:
    """All words under their headings, in columns."""
    parts: list[RenderableType] = []
    for where, words in groups.items():
        parts.append(Text(where, style="bold"))
        told = _settings(words) if where == SETTINGS else _columns(words)
        parts.append(Padding(told, (0, 0, 0, 2)))
    parts.append(Text("\nsdctl explain WORD says what a word means.", style="dim"))
    return Group(*parts)


def _columns(words: Sequence[str]) -> RenderableType:
    return Columns([Text(word) for word in words], padding=(0, 2), column_first=True)


def _settings(words: Sequence[str]) -> RenderableType:
    """A line for each tier."""
    grid = Table.grid(padding=(0, 2))
    names: dict[str, list[str]] = {}
    for word in words:
        tier, dot, name = word.rpartition(".")
        names.setdefault(f"{tier}{dot}", []).append(name)
    for tier, of_tier in names.items():
        grid.add_row(tier, Text(" ".join(of_tier), overflow="fold"))
    return grid
