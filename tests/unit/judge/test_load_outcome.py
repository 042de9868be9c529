from __future__ import annotations

from typing import get_args

import pytest

from sdctl.judge.outcome import NO_ANSWER, Error, member, of_unanswered, of_write


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (202, b"", "acknowledged"),
        (201, b"", "acknowledged"),
        (301, b"", "refused"),
        (400, b"", "refused"),
        (409, b"", "refused"),
        (429, b"", "refused"),
        (503, b"<html>No server is available", "refused"),
        (503, b'{"title": "no leader"}', "refused"),
        (503, b'{"outcome": "refused"}', "refused"),
        (503, b'{"outcome": "unknown"}', "unknown"),
        (503, b'["outcome"]', "refused"),
        (500, b"", "unknown"),
        (502, b"", "unknown"),
        (504, b"", "unknown"),
    ],
)
def test_an_answer_must_decide_what_became_of_a_write(
    status: int, body: bytes, outcome: str
) -> None:
    assert of_write(status, body) == outcome


def test_only_a_request_that_surely_never_left_is_refused() -> None:
    refused = {error for error in get_args(Error) if of_unanswered(error) == "refused"}
    assert refused == set(get_args(Error)) - NO_ANSWER
    assert not refused & {"timeout", "reset", "protocol", "aborted"}


def test_a_member_must_be_text_or_nothing() -> None:
    assert member(b'{"id": 7}', "id") == "7"
    assert member(b'{"id": null}', "id") is None
    assert member(b"\xff", "id") is None
