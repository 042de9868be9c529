"""Within what an option must be: said in one form, in the words that people write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sdctl.foundation.errors import BadOption
from sdctl.foundation.units import write_duration


def outside(
    option: str,
    value: float,
    least: float,
    most: float,
    write: Callable[[float], str] = write_duration,
    *,
    hint: str = "",
) -> Iterator[BadOption]:
    """What is wrong with an option that must be from ``least`` to ``most``; nothing where it is."""
    if not least <= value <= most:
        said = f"must be from {write(least)} to {write(most)}, not {write(value)}"
        yield BadOption(option, said, hint=hint)
