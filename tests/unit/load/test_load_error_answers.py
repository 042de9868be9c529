"""Who gave an error answer and why, as far as its body tells."""

from __future__ import annotations

import json
import pickle
from collections import Counter

import pytest

from sdctl.app.http import problems
from sdctl.judge import error_answers
from sdctl.judge.error_answers import ErrorAnswer


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            503,
            {"type": "about:blank", "tier": "lb", "detail": "no replica took the request"},
            "503 by lb: no replica took the request",
        ),
        (
            503,
            problems.write_refused("no leader").document("r-1"),
            "503 by app, for database: no leader",
        ),
        (500, {"detail": "x" * 500}, "500: " + "x" * 199 + "…"),
        (502, [1], "502"),
        (502, None, "502"),
    ],
)
def test_an_error_answer_must_be_told_by_tier_and_reason(
    status: int, body: object, said: str
) -> None:
    data = b"<html>" if body is None else json.dumps(body).encode()
    assert str(ErrorAnswer.of(status, data)) == said


def test_texts_that_are_never_the_same_must_not_fill_the_memory() -> None:
    found: Counter[ErrorAnswer] = Counter()
    for number in range(1000):
        error_answers.count(found, 503, json.dumps({"detail": f"x {number}"}).encode())
    assert len(found) <= 21
    assert found.total() == 1000
    assert pickle.loads(pickle.dumps(found)) == found


def test_as_json_the_most_frequent_must_come_first() -> None:
    found = Counter({ErrorAnswer(429, "gateway", None, "over"): 2, ErrorAnswer(503): 5})
    assert error_answers.to_json(found) == [
        {"status": 503, "by": None, "dependency": None, "why": None, "count": 5},
        {"status": 429, "by": "gateway", "dependency": None, "why": "over", "count": 2},
    ]
