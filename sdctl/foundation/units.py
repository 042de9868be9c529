"""Durations, sizes, shares and settings as users write them: ``30s``, ``64mb``, ``20%``, ``a.b=c``.

Raises ``ValueError`` with what was expected; callers say where.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|min|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(b|ki?b|mi?b|gi?b|)")
_BYTES = {"": 1, "b": 1, "kb": 1024, "mb": 1024**2, "gb": 1024**3}
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_LONGEST = 40
"""Digits and letters of a value. A longer one is no value, and is not shown whole."""


def duration(text: object) -> float:
    """Seconds from ``500ms``, ``30s``, ``1m30s``, ``5m``, ``1h``, ``7d`` or a plain number of
    seconds."""
    plain = _plain(text)
    if _NUMBER.fullmatch(plain):
        return float(plain)
    if plain.startswith("-") and (_NUMBER.match(plain, 1) or _DURATION.match(plain, 1)):
        raise ValueError("a duration cannot be negative")
    parts = _DURATION.findall(plain)
    scales = [_SECONDS[unit] for _, unit in parts]
    falling = scales == sorted(set(scales), reverse=True)  # else a slip of the keys, as 10s10s
    if parts and falling and not _DURATION.sub("", plain).strip():
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    raise ValueError(f"not a duration: {shown(text)} (write 500ms, 30s, 5m)")


def time_limit(text: object) -> float:
    """Seconds that something may take: a duration above 0."""
    seconds = duration(text)
    if not seconds:
        raise ValueError("nothing can be done in no time; write a duration above 0, such as 5m")
    return seconds


def size(text: object) -> int:
    """Bytes from ``64mb``, ``1gb``, ``512kb`` or a plain whole number of bytes."""
    plain = _plain(text)
    match = _SIZE.fullmatch(plain)
    if match is None or (not match[2] and "." in plain):
        raise ValueError(f"not a size: {shown(text)} (write 64mb, 1gb)")
    return int(float(match[1]) * _BYTES[match[2].replace("i", "")])


def cores(text: object) -> float:
    """Processors from ``0.5``, ``2`` or ``500m``, as Kubernetes writes CPU."""
    plain = _plain(text)
    number = plain.removesuffix("m")
    if not _NUMBER.fullmatch(number) or (plain.endswith("m") and "." in number):
        raise ValueError(f"not an amount of CPU: {shown(text)} (write 500m or 0.5)")
    return int(number) / 1000 if plain.endswith("m") else float(number)


def count(text: object) -> int:
    """A whole number."""
    plain = _plain(text)
    if not _WHOLE.fullmatch(plain):
        raise ValueError(f"not a whole number: {shown(text)}")
    return int(plain)


def at_least_one(text: object) -> int:
    """A whole number from 1 on."""
    found = count(text)
    if found < 1:
        raise ValueError(f"1 or more, not {found}")
    return found


def number(text: object) -> float:
    """A number: digits, and a point where it has a part after it."""
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain.removeprefix("-")):
        raise ValueError(f"not a number: {shown(text)} (write 20 or 0.5)")
    return float(plain)


def seed(text: object) -> int:
    """A whole number from 0 on: the same one makes the same choices."""
    chosen = count(text)
    if chosen < 0:
        raise ValueError(f"a seed is 0 or more, not {chosen}")
    return chosen


def delay(text: object) -> float:
    """Seconds, as ``duration`` reads them; where milliseconds are usual, a bare number is not
    guessed at."""
    plain = _plain(text)
    if _NUMBER.fullmatch(plain) and float(plain):
        raise ValueError(f"{plain} of what? Write {plain}ms or {plain}s")
    return duration(text)


def flag(text: object) -> bool:
    """True or false, also as ``yes`` and ``no``."""
    if isinstance(text, bool):
        return text
    value = _FLAGS.get(_plain(text))
    if value is None:
        raise ValueError(f"not true or false: {shown(text)}")
    return value


def _plain(text: object) -> str:
    """What a value looks like; nothing at all where it is no single value, or far too long for one.

    A boolean is none: Python would take it for 0 or 1.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return ""
    if isinstance(text, float):
        # without an exponent, and without digits that nobody asked for
        return f"{text:f}".rstrip("0").rstrip(".") if math.isfinite(text) else ""
    if isinstance(text, int) and abs(text) >= 10**_LONGEST:
        return ""
    plain = str(text).strip().lower()
    return plain if len(plain) <= _LONGEST else ""


def shown(value: object) -> str:
    """A value as it was written, for an error: on one line, and cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) >= 10**_LONGEST:
        return "a number of very many digits"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def share(text: object) -> float:
    """A share from 0 to 1, from ``20%`` or ``0.2``."""
    plain = _plain(text)
    number = plain.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(number.removeprefix("-")):
        raise ValueError(f"not a share: {shown(text)} (write 20%)")
    value = float(number) / 100 if plain.endswith("%") else float(number)
    if number == plain and 1 < value <= 100:
        raise ValueError(f"{plain} of what? Write {plain}%")
    if not 0 <= value <= 1:
        raise ValueError(f"a share is from 0% to 100%, not {text}")
    return value


def write_size(size: int) -> str:
    """The text that :func:`size` reads as exactly this many bytes: ``64mb``, ``1536kb``."""
    units = ("gb", "mb", "kb", "b") if size else ("b",)
    unit = next(unit for unit in units if size % _BYTES[unit] == 0)
    return f"{size // _BYTES[unit]}{unit}"


def write_duration(seconds: float) -> str:
    """The text that :func:`duration` reads as so long, to the millisecond: ``90s``, ``1.5s``,
    ``2h``."""
    ms = round(seconds * 1000)
    for unit in ("d", "h", "m", "s"):
        whole = round(_SECONDS[unit] * 1000)
        if ms and ms % whole == 0:
            return f"{ms // whole}{unit}"
    if ms > 1000:
        return f"{ms / 1000:.3f}".rstrip("0") + "s"
    return f"{ms}ms" if ms else "0s"


def write_cores(cores: float) -> str:
    """The text that :func:`cores` reads as so many processors: ``250m``, ``2``."""
    return f"{cores:g}" if cores == int(cores) else f"{round(cores * 1000)}m"


def format_size(count: float) -> str:
    """``64 MiB`` for 67108864, for people: the largest unit in which the number is short.
    :func:`size` reads it too."""
    for unit, factor in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if count >= factor:
            value = count / factor
            return f"{value:.3g} {unit}" if value < 999.5 else f"{value:.0f} {unit}"
    return f"{int(count)} B"


def for_people(text: str) -> str:
    """A value as it was typed, with its unit as everywhere: ``180 ms`` for ``180ms``, ``64 MiB``
    for ``64mb``. What is no time and no size stays: ``kill``, ``20%``, ``5``."""
    if not text[:1].isdigit() or not text[-1:].isalpha():
        return text
    for read, told in ((duration, format_duration), (size, format_size)):
        try:
            return told(read(text))
        except ValueError:
            continue
    return text


def with_unit(figure: str, unit: str) -> str:
    """A figure that is written already, for people: ``180 ms``, ``2.5%``, ``4``."""
    return f"{figure}{unit}" if unit.startswith("%") else f"{figure} {unit}".rstrip()


def format_share(share: float) -> str:
    """``20%``, for people."""
    return f"{share * 100:g}%"


def between_seconds(low: float | None, high: float) -> str:
    """A range for people: ``0.2 to 4 s``; without a lower end ``up to 4 s``."""
    return f"{'up to' if low is None else f'{low:g} to'} {high:g} s"


def format_duration(seconds: float) -> str:
    """``500 ms``, ``2.1 s``, ``1 min 30 s``, for people; :func:`duration` reads it too."""
    if round(seconds, 3) < 1:
        return f"{seconds * 1000:.0f} ms"
    if round(seconds, 1) < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def after_start(seconds: float) -> str:
    """A moment, by the time since all began: ``0 s`` at the beginning, as nothing was measured."""
    return format_duration(seconds) if seconds else "0 s"


def milliseconds(seconds: float | None) -> int | None:
    """For JSON; what is not known stays so."""
    return None if seconds is None else round(seconds * 1000)


def counted(number: int, what: str) -> str:
    """``1 decision``, ``2 decisions``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def utc(at: datetime | None = None) -> str:
    """RFC 3339 text of a moment (None: now), UTC, milliseconds."""
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
