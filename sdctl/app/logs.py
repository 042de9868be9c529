"""Log: one JSON object per line on stdout, for the collector.

Fields: at (ISO 8601, UTC), level, node, message, and whatever the event adds.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import socket
from datetime import UTC, datetime
from typing import Any

import orjson

from sdctl.app.line_writer import LineWriter, to_stdout

_REPEATED = re.compile(r": \w+Error\(.*\)$")
"""An exception within another's text, as Python writes it."""

_EXTRA = "sdctl_fields"

# Their own reports of broken connections repeat what this service already says once.
_NOISY = ("aiormq", "asyncpg", "redis", "uvicorn.access")


class JsonFormatter(logging.Formatter):
    """Formats any log record, ours or a library's, as one JSON line."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _iso(record.created),
            "level": record.levelname.lower(),
            "node": self._node,
            "message": record.getMessage(),
        }
        if record.name != "sdctl":
            line["logger"] = record.name
        line.update(getattr(record, _EXTRA, {}))
        if record.exc_info:
            line["stack"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class _Handler(logging.Handler):
    """Writes each record at once."""

    def __init__(self, lines: LineWriter) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.now(self.format(record).encode())
        except Exception:
            self.handleError(record)


def _iso(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Log:
    """Writes noteworthy events; keyword arguments become fields of the line."""

    def __init__(self, node: str = "", lines: LineWriter | None = None) -> None:
        self._logger = logging.getLogger("sdctl")
        self._node = node
        self._lines = lines or to_stdout()

    def info(self, message: str, **fields: object) -> None:
        self._logger.info(message, extra={_EXTRA: fields})

    def warning(self, message: str, **fields: object) -> None:
        self._logger.warning(message, extra={_EXTRA: fields})

    def request(self, message: str, *, began: float, **fields: object) -> None:
        """A line for a request or a message, at the time it began (seconds since 1970).

        There are hundreds of them a second, so they go the short way, and several together.
        """
        line = {"at": _iso(began), "node": self._node, "message": message, **fields}
        self._lines.soon(orjson.dumps(line, default=str))

    def error(self, message: str, *, exc: BaseException | None = None, **fields: object) -> None:
        self._logger.error(message, exc_info=exc, extra={_EXTRA: fields})


def start_logging(node: str) -> Log:
    """Send this process's log lines, and its libraries' warnings, to stdout."""
    lines = to_stdout()
    atexit.register(lines.flush)
    handler = _Handler(lines)
    handler.setFormatter(JsonFormatter(node))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("sdctl").setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return Log(node, lines)


def reason(exc: BaseException) -> str:
    """An exception in a few words: its own, or its type's name where it has none."""
    if isinstance(exc, socket.gaierror) or (isinstance(exc, OSError) and (exc.errno or 0) < 0):
        return "name not found (not running)"  # below 0: a client library's error for the same
    if isinstance(exc, OSError) and exc.errno:
        # without its number
        return os.strerror(exc.errno).lower()
    text = _REPEATED.sub("", str(exc)).strip().splitlines()
    if isinstance(exc, TimeoutError) and not text:
        return "no answer in time"
    return text[0][:300] if text else type(exc).__name__
