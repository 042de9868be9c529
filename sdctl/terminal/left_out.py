"""What a stack has not, though its profile asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.terminal.prose import Prose


def lines(left_out: Mapping[str, str]) -> list[Prose]:
    """One for each part, with the reason."""
    return [Prose(f"{name} is left out: {why}", "dim") for name, why in left_out.items()]
