"""Outcomes: what an error says about a statement that was under way.

The question behind every answer to a write: can it have been committed?
"""

from __future__ import annotations

import enum

import asyncpg

from sdctl.app.logs import reason

SESSION_ENDED = "the server ended the session"
"""What is said of an idle session that its server ended; asyncpg's own words help nobody."""
TOO_LATE = "the request's time was over before a node could be asked"


class LeaderAwayError(Exception):
    """No leader took the statement; surely nothing was done."""


class UnreachableError(Exception):
    """No connection to the node could be had; nothing was sent.

    `slow`: it took too long, which may be this process's fault as well as the node's.
    """

    def __init__(self, message: str, *, slow: bool = False) -> None:
        super().__init__(message)
        self.slow = slow


def at_node(name: str, error: BaseException) -> str:
    """Such as ``postgres-1: connection refused``. Who is unreachable is named in that error."""
    return str(error) if isinstance(error, UnreachableError) else f"{name}: {reason(error)}"


class NoReadableNodeError(Exception):
    """No database node answered a read in time."""


class OutcomeUnknownError(Exception):
    """The statement was sent and its end was not seen: done or not done, nobody knows."""


class StatementOutcome(enum.Enum):
    """`ROLLED_BACK`: surely not done, another try may succeed. `UNKNOWN`: may be done.
    `FAILED`: surely not done, and another try would fail as well."""

    ROLLED_BACK = "rolled back"
    UNKNOWN = "unknown"
    FAILED = "failed"


# Errors of the moment: the transaction is gone, and it is no fault of the statement.
_TRANSIENT = (
    "25006",  # read_only_sql_transaction: this is not the leader any more
    "40",  # transaction_rollback: deadlock, serialization
    "53",  # insufficient_resources: too many connections, disk full
    "55P03",  # lock_not_available
    "57",  # operator_intervention: shutdown, starting up, canceled
    "58",  # system_error
)


def outcome_of(exc: BaseException) -> StatementOutcome:
    """Classify an error raised after a statement may have been sent.

    Only an ERROR reported by the server proves a rollback: it is sent instead of the
    commit. FATAL and PANIC end the session and may follow a commit that was done, and a
    connection that broke says nothing at all.
    """
    if not isinstance(exc, asyncpg.PostgresError):
        return StatementOutcome.UNKNOWN
    if getattr(exc, "severity_en", None) != "ERROR":
        return StatementOutcome.UNKNOWN
    sqlstate = getattr(exc, "sqlstate", None) or ""
    if sqlstate.startswith(_TRANSIENT):
        return StatementOutcome.ROLLED_BACK
    return StatementOutcome.FAILED


def is_connection_failure(exc: BaseException) -> bool:
    """Whether an error while connecting or running says that the node or link is at fault."""
    if isinstance(exc, asyncpg.PostgresError):
        sqlstate = getattr(exc, "sqlstate", None) or ""
        return sqlstate.startswith(("08", "28", "3D", *_TRANSIENT)) or (
            getattr(exc, "severity_en", None) != "ERROR"
        )
    return isinstance(exc, (OSError, TimeoutError, asyncpg.InterfaceError))
