"""A comparison for people, within 80 columns."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sdctl.foundation.digits import in_digits
from sdctl.judge.comparison import FEWEST, Comparison, Difference
from sdctl.terminal.prose import Prose

_LONGEST = 8


def shown(comparison: Comparison) -> RenderableType:
    """What the two were measured with and what speaks against it, the table, and what follows."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "A", "B", "B - A", "95% interval", ""):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for figure in comparison.figures:
        table.add_row(*_cells(figure), _word(figure))
    sentences = map(Prose, remarks(comparison))
    unlike = [
        Text(line, style="dim", no_wrap=True, overflow="ellipsis") for line in _unlike(comparison)
    ]
    head = Text(f"A  {Path(comparison.a).name}\nB  {Path(comparison.b).name}")
    warned = [Prose(f"{caution}.", "bold yellow") for caution in comparison.cautions]
    return Group(head, *unlike, *warned, Text(), table, Text(), *sentences)


def _unlike(comparison: Comparison) -> list[str]:
    lines = [f"{name}: {a} in A, {b} in B" for name, (a, b) in comparison.unlike.items()]
    more = len(lines) - _LONGEST
    return [*lines[:_LONGEST], f"and {more} more settings differ"] if more > 0 else lines


def _cells(figure: Difference) -> tuple[str, ...]:
    interval = "–"
    if figure.interval is not None:
        interval = f"{_number(figure.interval.low, '+')} to {_number(figure.interval.high, '+')}"
    difference = _number(figure.difference, "+")
    return (
        f"{figure.name}, {figure.unit}",
        _number(figure.a),
        _number(figure.b),
        difference,
        interval,
    )


def _word(figure: Difference) -> str:
    return {
        "distinguishable": "differs",
        "perhaps": "perhaps",
        "not distinguishable": "not told apart",
        "too few": "too few",
    }[figure.finding]


def remarks(comparison: Comparison) -> list[str]:
    """In words."""
    found = [
        f"{figure.name}: B is {_number(abs(figure.difference or 0.0))} {figure.unit} "
        f"{'higher' if (figure.difference or 0.0) > 0 else 'lower'}: distinguishable."
        for figure in comparison.figures
        if figure.finding == "distinguishable"
    ]
    few = comparison.named("too few")
    if not found and len(few) < len(comparison.figures):
        found.append("No difference between A and B can be told from chance.")
    if perhaps := comparison.named("perhaps"):
        found.append(
            f"Perhaps: {', '.join(perhaps)}. Of so many figures one may look different by chance; "
            "more trials decide."
        )
    if few:
        found.append(f"Too few values to say: {', '.join(few)}. It takes {FEWEST} on each side.")
    return found


def _number(value: float | None, sign: str = "") -> str:
    """Three or four digits that count, and never an exponent."""
    if value is None:
        return "–"
    return in_digits(value, 3, f"{sign},")
