"""Failures: an error on the way to a node, as a reading."""

from __future__ import annotations

import re
import socket
import sys
import textwrap
import traceback

import asyncpg

from sdctl.app.stores.mongo import NotSentError, ServerError
from sdctl.observer.node import Node
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Reading

DEADLINE_S = 0.8
"""Within it a node answers, or is unknown."""
SILENT = f"no answer in {DEADLINE_S * 1000:.0f} ms"
NOT_THERE = "name not found (not running)"
_LONGEST = 200
_BROKEN = "connection broke off"
_NO_ERROR = re.compile(r"\[Errno 0\]( Error)?")
"""What Python calls a connection that ended within its TLS handshake."""
_NUMBER = re.compile(r"\[Errno -?\d+\] ?")


def failed(target: Node, error: BaseException) -> Reading:
    """The reading of a node that could not be asked: silence is unknown, a refusal is failing.

    An error that no node can cause is one of the probe: unknown, and written to the log.
    """
    reason = why(error)
    if reason is None:
        traceback.print_exception(error, file=sys.stderr)
        reason = _cut(f"cannot be read: {type(error).__name__}: {error}")
    silent = isinstance(error, TimeoutError) or why(error) is None
    return Reading(name=target.name, health="unknown" if silent else "failing", reason=reason)


def _cut(text: str) -> str:
    """Between two words, where it is long."""
    return textwrap.shorten(text, _LONGEST, placeholder="…")


def why(error: BaseException) -> str | None:
    """A few words for an error that comes from the network or the node; None for any other."""
    if isinstance(error, TimeoutError):
        return SILENT
    if isinstance(error, socket.gaierror):
        return NOT_THERE
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(
        error, ConnectionError | asyncpg.PostgresConnectionError | asyncpg.InternalClientError
    ):
        return _BROKEN
    if isinstance(error, OSError):
        return _cut(str(error.strerror)).lower() if error.errno else _BROKEN
    if isinstance(
        error,
        BadAnswer | NotSentError | ServerError | asyncpg.PostgresError | asyncpg.InterfaceError,
    ):
        said = _NUMBER.sub("", _NO_ERROR.sub(_BROKEN, str(error)))
        return _cut(said.partition("\n")[0])
    return None
