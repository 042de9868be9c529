"""Nested JSON as one level, so that what differs can be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(value: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested mappings as one: ``{"a": {"b": 1}}`` is ``{"a.b": 1}``."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        path = f"{above}{key}"
        found |= flat(inner, f"{path}.") if isinstance(inner, Mapping) else {path: inner}
    return found
