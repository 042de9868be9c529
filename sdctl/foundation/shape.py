"""Whether a JSON value is what its reader takes it for: somebody may have edited the file."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from sdctl.foundation.units import shown

_WORDS = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
    NoneType: "null", list: "a list", Mapping: "a mapping",
}  # fmt: skip


def check(value: object, wanted: Any, path: str = "") -> None:
    """Raises ``ValueError``, which names the place, where ``value`` is not what ``wanted`` says: a
    plain type, a list, a mapping, a typed dictionary, a literal, or one of several. Of a typed
    dictionary any key may be missing, and any other be there."""
    kind, parts = get_origin(wanted) or wanted, get_args(wanted)
    if wanted is Any or (kind is Literal and value in parts):
        return
    if is_typeddict(wanted) and isinstance(value, dict):
        for key, of_key in _hints(wanted).items():
            if key in value:
                check(value[key], of_key, f"{path}.{key}".lstrip("."))
    elif kind is Mapping and isinstance(value, dict):
        for key, member in value.items():
            check(member, parts[1], f"{path}.{key}".lstrip("."))
    elif kind is list and isinstance(value, list):
        for number, member in enumerate(value):
            check(member, parts[0], f"{path}.{number}".lstrip("."))
    elif not _plain(value, wanted):
        one_of = [part for part in parts if _fits(value, part)] if kind not in _WORDS else []
        if not one_of:
            raise ValueError(f"{path or 'it'} is {shown(value)}, not {_in_words(wanted)}")
        check(value, one_of[0], path)


@functools.cache
def _hints(wanted: Any) -> Mapping[str, Any]:
    return get_type_hints(wanted)


def _plain(value: object, wanted: Any) -> bool:
    if wanted is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value)  # type: ignore[arg-type]
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return wanted in (str, bool, NoneType) and isinstance(value, wanted)


def _fits(value: object, wanted: Any) -> bool:
    """Whether it is of this kind; what is in it may still be wrong."""
    kind = get_origin(wanted) or wanted
    if kind is Mapping or is_typeddict(wanted):
        return isinstance(value, dict)
    return isinstance(value, list) if kind is list else _plain(value, wanted)


def _in_words(wanted: Any) -> str:
    kind, parts = get_origin(wanted) or wanted, get_args(wanted)
    if kind is Literal:
        return " or ".join(map(str, parts))
    if is_typeddict(wanted):
        return _WORDS[Mapping]
    return _WORDS.get(kind) or " or ".join(map(_in_words, parts))
