"""Durations, sizes, shares and settings as users write them: ``30s``, ``64mb``, ``20%``, ``a.b=c``.

Raises ``ValueError`` with what was expected; callers say where.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)")
_BYTES = {"b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}


def duration(text: object) -> float:
    """Seconds from ``500ms``, ``30s``, ``1m30s``, ``5m``, ``1h`` or a plain number of seconds."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        if text < 0:
            raise ValueError("a duration cannot be negative")
        return float(text)
    plain = str(text).strip().lower()
    if plain.replace(".", "", 1).isdigit():
        return float(plain)
    parts = _DURATION.findall(plain)
    if parts and not _DURATION.sub("", plain).strip():
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    raise ValueError(f"not a duration: {text!r} (write 500ms, 30s, 5m)")


def size(text: object) -> int:
    """Bytes from ``64mb``, ``1gb``, ``512kb`` or a plain number of bytes."""
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    match = _SIZE.fullmatch(str(text).strip().lower())
    if match is None:
        raise ValueError(f"not a size: {text!r} (write 64mb, 1gb)")
    return int(float(match[1]) * _BYTES[match[2]])


def share(text: object) -> float:
    """A share from 0 to 1, from ``20%`` or ``0.2``."""
    plain = str(text).strip()
    try:
        value = float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        raise ValueError(f"not a share: {text!r} (write 20% or 0.2)") from None
    if not 0 <= value <= 1:
        raise ValueError(f"a share is from 0% to 100%, not {text}")
    return value


def format_size(count: float) -> str:
    """``64mb`` for 67108864: the largest unit in which the number is whole or short."""
    for unit, factor in (("gb", 1024**3), ("mb", 1024**2), ("kb", 1024)):
        if count >= factor:
            value = count / factor
            return f"{value:.3g}{unit}" if value < 999.5 else f"{value:.0f}{unit}"
    return f"{int(count)}b"


def format_duration(seconds: float) -> str:
    """``500ms``, ``2.1s``, ``1m30s``: short, for people."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 60:
        return f"{seconds:.3g}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest}s" if rest else f"{minutes}m"


def utc(at: datetime | None = None) -> str:
    """RFC 3339 text of a moment (None: now), UTC, milliseconds."""
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
