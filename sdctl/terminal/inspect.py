"""The tables of `sdctl inspect`, whatever the tier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.state.fact_label import label
from sdctl.terminal import facts


def tables(value: Mapping[str, Any]) -> RenderableType:
    """Each table under its title; numbers to the right."""
    parts: list[RenderableType] = []
    for table in value["tables"]:
        parts.append(Text(table["title"], style="bold"))
        parts.append(_table(table["rows"]) if table["rows"] else Text("  none", style="dim"))
    return Group(*parts)


def with_unit(name: str) -> str:
    """Of a figure that is told in two units: `lag size` and `lag time`."""
    return name.replace("_bytes", "_size").replace("_seconds", "_time").replace("_", " ")


_SHORT = 24
"""Cells of at most so many letters are never broken; what is longer is, between its words."""


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    labels = [label(name) for name in rows[0]]
    for name, short in zip(rows[0], labels, strict=True):
        numeric = all(isinstance(row[name], int | float | type(None)) for row in rows)
        heading = short if labels.count(short) == 1 else with_unit(name)
        longest = max(len(facts.cell(name, row[name])) for row in rows)
        table.add_column(
            heading,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=longest <= _SHORT,
        )
    for row in rows:
        table.add_row(*(Text(facts.cell(name, cell)) for name, cell in row.items()))
    return table
