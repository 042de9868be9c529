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


def line(value: Mapping[str, Any]) -> Text:
    """``03:20:03.123 app-1        info  POST /v1/orders 202 in 5.1 ms``."""
    level = str(value.get("level", "info"))
    text = Text(f"{str(value.get('at', ''))[11:23]:<12} ", style="dim")
    text.append(f"{value.get('node', ''):<12} ", style="cyan")
    text.append(f"{level:<5} ", style=_STYLES.get(level, ""))
    text.append(str(value.get("message", "")).rstrip())
    if value.get("fault_id"):
        text.append(f"  [{value['fault_id']}]", style="magenta")
    return text
