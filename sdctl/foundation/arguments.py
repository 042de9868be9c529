"""Command-line values: a bad one is a usage error that names its option."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sdctl.foundation import own_command
from sdctl.foundation.errors import UsageError

S = TypeVar("S")
T = TypeVar("T")


def parse(option: str, convert: Callable[[S], T], given: S) -> T:
    """``convert(given)``; its ``ValueError`` becomes a ``UsageError`` that names the option, as
    it was typed."""
    try:
        return convert(given)
    except ValueError as error:
        raise UsageError(
            f"{own_command.called(option)}: {error}", hint="Nothing was done."
        ) from None
