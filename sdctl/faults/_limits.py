"""Within what an option must be: said in one form, in the words that people write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from sdctl.foundation.errors import BadOption, SdctlError
from sdctl.foundation.units import write_duration

E = TypeVar("E", bound=SdctlError)


def about(option: str, error: E) -> E:
    """The same error, which is about an option's value."""
    error.option = option
    return error


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
