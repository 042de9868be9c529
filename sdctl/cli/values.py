"""Values of options that typer parses itself: what is wrong with one is said, not dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import typer

from sdctl.foundation import units

T = TypeVar("T")


def number(text: str) -> float:
    """As ``units.number``."""
    return _said(units.number, text)


def count(text: str) -> int:
    """As ``units.count``."""
    return _said(units.count, text)


def at_least_one(text: str) -> int:
    """As ``units.at_least_one``."""
    return _said(units.at_least_one, text)


def seed(text: str) -> int:
    """As ``units.seed``."""
    return _said(units.seed, text)


def _said(convert: Callable[[str], T], text: str) -> T:
    """Click leaves out what a ``ValueError`` says."""
    try:
        return convert(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
