"""One HTTP request, and its answer. Nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """What is asked. The key of the stack is added on the way, unless ``key`` says no."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    body: str | None = None
    key: bool = True

    def __str__(self) -> str:
        """``GET /v1/orders``: for errors and progress."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    """What came. ``status`` 0: no answer came, and ``text`` says why."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """By their names in lower case."""
    text: str = ""
    took_ms: float = 0.0
    reason: str = ""
    """The server's own word for the status: ``Accepted``."""

    def __str__(self) -> str:
        """``202 x-served-by: app-1 {"id": …}``, cut to a line: for errors and progress."""
        text = " ".join(self.text.split())
        cut = text if len(text) <= _LINE else f"{text[:_LINE]}…"
        if not self.status:
            return f"no answer: {cut}"
        told = [f"{name}: {self.headers[name]}" for name in _TELLING if name in self.headers]
        return " ".join(filter(None, (str(self.status), ", ".join(told), cut)))

    @property
    def value(self) -> Any:
        """The body's JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    def get(self, *names: str) -> Any:
        """A member of the JSON object that came, or one within it; None where it is not there."""
        found = self.value
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return found


_LINE = 240
_TELLING = ("x-served-by", "x-cache", "x-read-from")
