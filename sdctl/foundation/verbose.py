"""``-v``: every question to Docker and the observer, and every line of Compose, on stderr with the
seconds since the command's start."""

from __future__ import annotations

import logging
import sys
import time

from sdctl.foundation.controls import visible

LOG = logging.getLogger("sdctl")
"""For what is worth a line with ``-v`` alone."""
_REQUESTS = "urllib3.connectionpool"
_HTTP_ARGS = 8
"""Of its line for a request: scheme, host, port, method, path, protocol, status, length."""


class _Stderr(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.name == _REQUESTS:
            args = record.args if isinstance(record.args, tuple) else ()
            if len(args) != _HTTP_ARGS:
                return
            text = f"docker {args[3]} {args[4]} {args[6]}"
        print(f"{time.monotonic() - self._began:7.3f}s {visible(text)}", file=sys.stderr)


def on() -> None:
    """From now on."""
    handler = _Stderr()
    for logger in (LOG, logging.getLogger(_REQUESTS)):
        logger.handlers[:] = [handler]
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
