"""Values of options that typer parses itself: what is wrong with one is said, not dropped."""

from __future__ import annotations

import typer

from sdctl.foundation import units


def number(text: str) -> float:
    """As ``units.number``. Click leaves out what a ``ValueError`` says."""
    try:
        return units.number(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
