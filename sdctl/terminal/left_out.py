"""What a stack has not, though its profile asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text


def lines(left_out: Mapping[str, str]) -> list[Text]:
    """One for each part, with the reason."""
    return [Text(f"{name} is left out: {why}", style="dim") for name, why in left_out.items()]
