"""Log: one JSON object per line on stdout, for the collector.

Fields: at (ISO 8601, UTC), level, node, message, and whatever the event adds.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

_EXTRA = "sdctl_fields"

# Their own reports of broken connections repeat what this service already says once.
_NOISY = ("aiormq", "asyncpg", "redis", "uvicorn.access")


class JsonFormatter(logging.Formatter):
    """Formats any log record, ours or a library's, as one JSON line."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self._node = node

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
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


class Log:
    """Writes noteworthy events; keyword arguments become fields of the line."""

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("sdctl")

    def info(self, message: str, **fields: object) -> None:
        self._logger.info(message, extra={_EXTRA: fields})

    def warning(self, message: str, **fields: object) -> None:
        self._logger.warning(message, extra={_EXTRA: fields})

    def error(self, message: str, *, exc: BaseException | None = None, **fields: object) -> None:
        self._logger.error(message, exc_info=exc, extra={_EXTRA: fields})


def start_logging(node: str) -> Log:
    """Send this process's log lines, and its libraries' warnings, to stdout."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(node))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("sdctl").setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return Log()


def reason(exc: BaseException) -> str:
    """An exception in a few words: its own, or its type's name where it has none."""
    text = str(exc).strip().splitlines()
    return text[0][:300] if text else type(exc).__name__
