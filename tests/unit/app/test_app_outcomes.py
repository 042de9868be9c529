"""A write may be called undone only where the server itself said so."""

import asyncpg
import pytest

from sdctl.app.stores.outcomes import (
    StatementOutcome,
    UnreachableError,
    at_node,
    is_connection_failure,
    outcome_of,
)


def server_error(severity: str, sqlstate: str) -> Exception:
    fields = {"S": severity, "V": severity, "C": sqlstate, "M": "said the server"}
    error: Exception = asyncpg.PostgresError.new(fields)
    return error


@pytest.mark.parametrize("sqlstate", ["25006", "40001", "40P01", "57014", "53300"])
def test_an_error_of_the_moment_must_be_surely_not_done(sqlstate: str) -> None:
    assert outcome_of(server_error("ERROR", sqlstate)) is StatementOutcome.ROLLED_BACK


@pytest.mark.parametrize("sqlstate", ["23514", "42P01", "22021"])
def test_an_error_of_the_statement_must_not_be_tried_again(sqlstate: str) -> None:
    assert outcome_of(server_error("ERROR", sqlstate)) is StatementOutcome.FAILED


@pytest.mark.parametrize(
    "error",
    [
        server_error("FATAL", "57P01"),
        server_error("PANIC", "XX000"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
def test_a_session_that_ended_must_leave_the_outcome_unknown(error: Exception) -> None:
    assert outcome_of(error) is StatementOutcome.UNKNOWN
    assert is_connection_failure(error)


def test_a_wrong_statement_must_not_be_taken_for_a_dead_node() -> None:
    assert not is_connection_failure(server_error("ERROR", "42P01"))
    assert not is_connection_failure(KeyError())
    assert is_connection_failure(server_error("ERROR", "25006"))


def test_a_node_must_be_named_once_in_what_went_wrong_there() -> None:
    assert at_node("postgres-1", ConnectionRefusedError("refused")) == "postgres-1: refused"
    told = "postgres-1: no free connection in time"
    assert at_node("postgres-1", UnreachableError(told, slow=True)) == told
