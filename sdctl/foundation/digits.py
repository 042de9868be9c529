"""Figures for people: with the digits that count."""

from __future__ import annotations

from decimal import Decimal


def in_digits(value: float, digits: int, sign: str = "") -> str:
    """So many digits, and all of those before the point: ``0.0123``, ``12.3``, ``12345``. Never an
    exponent. ``sign``: as in a format, such as ``+`` or ``,``."""
    short = f"{value:.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
    return f"{Decimal(short):{sign}f}"


def plain(value: float) -> str:
    """What somebody chose, such as a rate: ``0.5``, ``300``, ``1000000``."""
    return in_digits(value, 6)
