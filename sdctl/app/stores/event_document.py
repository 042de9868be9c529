"""An event's document as it is stored: which can be, and which cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bson
from bson.errors import InvalidDocument
from bson.raw_bson import RawBSONDocument

from sdctl.app.logs import reason

# MongoDB's limit is 100, and the record around the document is one of them.
MAX_DEPTH = 98


class UnstorableError(Exception):
    """A document that cannot be stored, by any try; the text says why."""


def encode(document: Mapping[str, Any]) -> RawBSONDocument:
    """The document as it is stored. Raises UnstorableError."""
    if depth(document) > MAX_DEPTH:
        raise UnstorableError(f"nested deeper than {MAX_DEPTH} levels")
    try:
        return RawBSONDocument(bson.encode(document))
    except OverflowError:
        raise UnstorableError("a whole number does not fit into 64 bits") from None
    except InvalidDocument as exc:
        raise UnstorableError(reason(exc)) from None


def depth(value: object) -> int:
    """How deeply objects and lists are nested; no recursion, whatever was sent."""
    deepest, level = 0, [value]
    while level := [value for value in level if isinstance(value, dict | list)]:
        deepest += 1
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
    return deepest
