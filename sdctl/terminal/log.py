"""One log line for a person: when, who, how bad, what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

_STYLES = {
    "debug": "dim",
    "warn": "yellow",
    "warning": "yellow",
    "error": "red",
    "fatal": "bold red",
}

_SHOWN = {
    "at", "node", "tier", "level", "message", "fault_id", "method", "path", "status", "took_ms",
    "bytes", "id", "data", "kind", "read_at", "request_id", "traceparent", "logger", "caller",
    "stacktrace", "stack",
}  # fmt: skip
"""What the line says already, or what is for machines alone."""


def line(value: Mapping[str, Any]) -> Text:
    """``03:20:03.123 app-1        info  POST /v1/orders 202 in 5.1 ms``; an event whole."""
    level = str(value.get("level", "info"))
    text = Text(f"{str(value.get('at', ''))[11:23]:<12} ", style="dim")
    text.append(f"{value.get('node', ''):<12} ", style="cyan")
    text.append(f"{level:<5} ", style=_STYLES.get(level, ""))
    text.append(str(value.get("message", "")).rstrip())
    for name, more in value.items():
        if name == "document":
            text.append(f" {more}")
        elif name not in _SHOWN and isinstance(more, str | int | float | dict) and more != "":
            text.append(f" {name}=", style="dim").append(str(more))
    if value.get("fault_id"):
        text.append(f"  [{value['fault_id']}]", style="magenta")
    if value.get("stack"):
        text.append(f"\n{value['stack']}", style="dim")
    return text
