"""Command-line values: a bad one is a usage error that names its option."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sdctl.errors import UsageError

T = TypeVar("T")


def parse(option: str, convert: Callable[[str], T], text: str) -> T:
    """``convert(text)``; its ``ValueError`` becomes a ``UsageError`` that names the option."""
    try:
        return convert(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", hint="Nothing was done.") from None
