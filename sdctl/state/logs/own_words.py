"""A server's own log line as time, level and message, of the servers that the log collectors know:
``templates/rsyslog/image/lines.rb`` and ``templates/logstash/config/lines.rb.j2``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sdctl.foundation.harmless_lines import HARMLESS

_DAY, _CLOCK = r"(?P<day>\d{4}-\d\d-\d\d)", r"(?P<clock>\d\d:\d\d:\d\d(?:[.,]\d+)?)"
_LINES = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # PostgreSQL, log_line_prefix '%m [%p] %q%u@%d '
        rf"{_DAY} {_CLOCK} UTC \[\d+\] (?:\S+ )?(?P<level>[A-Z]+):  (?P<message>.*)",
        # Patroni
        rf"{_DAY} {_CLOCK} (?P<level>[A-Z]+): (?P<message>.*)",
        # Redis
        r"\d+:[A-Z] (?P<written>\d+ [A-Z][a-z]{2} \d{4} [\d:.]+) (?P<level>\S) (?P<message>.*)",
        # RabbitMQ
        rf"{_DAY} {_CLOCK}\+00:00 \[(?P<level>\w+)\] <[^>]*> (?P<message>.*)",
        # HAProxy's own notices
        r"\[(?P<level>[A-Z]+)\]\s+\(\d+\) : (?P<message>.*)",
        # OpenSearch
        rf"\[{_DAY}T{_CLOCK}Z\]\[(?P<level>[A-Z]+)\]\[[^]]+\] (?P<message>.*)",
        # Go's standard logger
        r"\d{4}/\d\d/\d\d [\d:]+\S* (?P<level>[A-Z]+): (?P<message>.*)",
    )
)
LEVELS = {
    "debug": "debug", "trace": "debug", ".": "debug",
    "warn": "warn", "warning": "warn", "#": "warn",
    "error": "error", "err": "error", "alert": "error",
    "critical": "fatal", "fatal": "fatal", "panic": "fatal",
}  # fmt: skip
"""Every other word is ``info``."""
ORDER = ("debug", "info", "warn", "error", "fatal")
"""The words that lines have here, the gravest last."""


def level(said: Mapping[str, Any]) -> str:
    """Pure: the level of a line by what it says of itself: by its own word for it, or where it has
    none by its status. One that is known to mean nothing is no error. The collectors have the same
    rule."""
    if said.get("message") in HARMLESS:
        return "info"
    word, status = str(said.get("level") or ""), str(said.get("status") or "")
    if not word and status.isdigit() and int(status) >= _ERROR:
        return "error"
    return LEVELS.get(word.lower(), "info")


_ERROR = 500
"""From this HTTP status on it is the server that failed."""


def read(text: str) -> dict[str, str]:
    """Pure: ``at`` (ISO 8601, UTC; empty where the line has none), ``level`` and ``message``. A
    line that no server here writes is a message, whole."""
    match = next((found for line in _LINES if (found := line.fullmatch(text))), None)
    if match is None:
        return {"at": "", "level": "info", "message": text}
    parts = match.groupdict()
    return {"at": _moment(parts), "level": level(parts), "message": parts["message"] or text}


def _moment(parts: dict[str, str | None]) -> str:
    if parts.get("day"):
        return f"{parts['day']}T{str(parts['clock']).replace(',', '.')}Z"
    if (written := parts.get("written")) is None:
        return ""
    try:
        at = datetime.strptime(written, "%d %b %Y %H:%M:%S.%f")
    except ValueError:
        return ""
    return at.isoformat(timespec="milliseconds") + "Z"
