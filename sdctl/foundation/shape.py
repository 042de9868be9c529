"""Whether a JSON value is what its reader takes it for: somebody may have edited the file."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from sdctl.foundation.errors import place
from sdctl.foundation.units import shown

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

_WORDS = {
    "string_type": "a text", "int_type": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "list_type": "a list", "dict_type": "a mapping",
}  # fmt: skip


def check(value: object, wanted: Any) -> None:
    """Raises ``ValueError`` where ``value`` is not of the type ``wanted``: it names the first such
    place, and what is there. A typed dictionary may have other keys too."""
    from pydantic import ValidationError  # its import takes long, and most commands read no record

    try:
        _reader(wanted).validate_python(value, strict=True)
    except ValidationError as error:
        raise ValueError(_in_words(error.errors(include_url=False), value)) from None


@functools.cache
def _reader(wanted: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(wanted)


def _in_words(details: list[ErrorDetails], value: object) -> str:
    if details[0]["type"] == "missing":
        return f"{place('.'.join(map(str, details[0]['loc'])))} is missing"
    first = _place(details[0], value)
    # there is one of them for each type that the place may have
    allowed = [_allowed(detail) for detail in details if _place(detail, value) == first]
    return f"{first or 'it'} is {shown(details[0]['input'])}, not {' or '.join(allowed)}"


def _place(detail: ErrorDetails, value: Any) -> str:
    """The keys that lead into the value; after them may be the name of a type that was tried."""
    keys: list[str] = []
    for key in detail["loc"]:
        try:
            value = value[key]
        except (LookupError, TypeError):
            break
        keys.append(str(key))
    return place(".".join(keys))


def _allowed(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        return str(detail["ctx"]["expected"])
    return _WORDS.get(detail["type"], detail["msg"])
