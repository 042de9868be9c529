"""A fault from texts, as they stand on a command line or in a game day's file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from sdctl.faults.fault import Fault, fields_of
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import count, flag, number


def made(kind: type[Fault], texts: Mapping[str, Any]) -> tuple[Fault, dict[str, str]]:
    """The fault, its options by the names that they have on the command line; and what is wrong
    with which: these are as by default."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    options = {name_of(field): field for field in fields_of(kind)}
    for name, given in texts.items():
        if name not in options:
            wrong[name] = f"{kind.kind} has no such option{meant(name, options)}"
            continue
        field = options[name]
        try:
            values[field.name] = value_of(field, given)
        except ValueError as error:
            wrong[name] = str(error)
    return kind(**values), wrong


def name_of(field: dataclasses.Field[Any]) -> str:
    """What an option is called: ``for`` of ``for_``."""
    return field.name.rstrip("_").replace("_", "-")


def value_of(field: dataclasses.Field[Any], text: Any) -> Any:
    """An option's value from its text; one that need not be given is None where that is empty.
    Raises ``ValueError`` with what was expected."""
    if field.default is None and text == "":
        return None
    if text is None or isinstance(text, list | dict):
        raise ValueError("takes one value")
    convert: Callable[[Any], Any] | None = field.metadata["parse"]
    if convert is None:
        convert = _PLAIN.get(type(field.default), str)
    return convert(text)


_PLAIN: Mapping[type, Callable[[Any], Any]] = {bool: flag, int: count, float: number}
