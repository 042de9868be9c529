"""Headers and methods as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OURS = frozenset({"content-length", "transfer-encoding"})
"""They say how long a request is, which whoever sends it knows."""


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Headers from ``Name: value``, one each; several of one name become a list.

    Raises ``ValueError`` saying which is none.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, colon, value = text.partition(":")
        name, value = name.strip(" \t"), value.strip(" \t")
        if not colon:
            raise ValueError(f"not a header: {text!r} has no colon (write 'Name: value')")
        same = next((known for known in found if known.lower() == name.lower()), name)
        separator = "; " if name.lower() == "cookie" else ", "
        found[same] = f"{found[same]}{separator}{value}" if same in found else value
    if problems := list(problems_of(found)):
        raise ValueError("; ".join(problems))
    return found


def problems_of(headers: Mapping[str, str]) -> Iterable[str]:
    """What is wrong with them."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            yield f"{name!r} cannot be the name of a header"
        elif name.lower() in _OURS:
            yield f"{name} is set by sdctl itself, from the body"
        if _CONTROL.search(value):
            yield f"the header {name!r} holds a control character, such as a line end"


def method(text: str) -> str:
    """A method, such as ``POST``. Raises ``ValueError`` for what is none."""
    if not _TOKEN.fullmatch(text):
        raise ValueError(f"not a method: {text!r} (write GET, POST, PUT, DELETE …)")
    if text.upper() == "CONNECT":
        raise ValueError("CONNECT asks for a tunnel, which a load cannot use")
    return text


def merged(ours: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """``ours``, but for those that are ``given``, whatever their case."""
    names = {name.lower() for name in given}
    return {**{name: value for name, value in ours.items() if name.lower() not in names}, **given}
