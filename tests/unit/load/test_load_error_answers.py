"""Who gave an error answer and why, as far as its body tells."""

from __future__ import annotations

import json
import pickle
from collections import Counter

import pytest
from fake_orders import Answer, OrderService
from plans import Plan

from sdctl.app.http import problems
from sdctl.judge import error_answers
from sdctl.judge.error_answers import ErrorAnswer
from sdctl.load.generator import run
from sdctl.workloads.get import Get


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
        (502, "[" * 60_000, "502"),
    ],
)
def test_an_error_answer_must_be_told_by_tier_and_reason(
    status: int, body: object, said: str
) -> None:
    text = "<html>" if body is None else body if isinstance(body, str) else json.dumps(body)
    data = text.encode()
    assert str(ErrorAnswer.of(status, data)) == said


def test_texts_that_are_never_the_same_must_not_fill_the_memory() -> None:
    found: Counter[ErrorAnswer] = Counter()
    for number in range(1000):
        error_answers.count(found, 503, json.dumps({"detail": f"x {number}"}).encode())
    assert len(found) <= 21
    assert found.total() == 1000
    assert pickle.loads(pickle.dumps(found)) == found


def test_beyond_the_texts_that_are_told_apart_the_tier_must_still_be_counted() -> None:
    found: Counter[ErrorAnswer] = Counter()
    for number in range(100):
        problem = {"tier": "lb", "detail": f"x {number}"}
        error_answers.count(found, 503, json.dumps(problem).encode())
    assert found[ErrorAnswer(503, "lb")] == 80
    assert found.total() == 100


def test_tiers_that_are_never_the_same_must_not_fill_the_memory() -> None:
    found: Counter[ErrorAnswer] = Counter()
    for number in range(1000):
        error_answers.count(found, 503, json.dumps({"tier": f"x {number}"}).encode())
    assert len(found) <= 41
    assert found.total() == 1000


_PROBLEM = {"tier": "lb", "detail": "no replica of the service is ready"}
_ODD = json.dumps(_PROBLEM).encode()


@pytest.mark.parametrize(
    "answer",
    [
        (503, _PROBLEM),
        b"HTTP/1.1 503 X\n\n" + _ODD,  # read leniently
        b"HTTP/1.1 503 X\nTransfer-Encoding: chunked\n\n%x\n%b\n0\n\n" % (len(_ODD), _ODD),
    ],
    ids=["plain", "odd", "odd and in chunks"],
)
def test_it_must_be_told_of_reads_as_of_writes(
    service: OrderService, plan: Plan, answer: Answer
) -> None:
    service.behave = lambda *_: answer
    result = run(plan(300, 0.2, workload=Get()))
    assert result.error_answers == {ErrorAnswer(503, "lb", None, _PROBLEM["detail"]): 60}


def test_of_a_long_error_answer_no_more_than_its_begin_must_be_kept(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: (503, {"tier": "lb", "rest": "x" * 1_000_000})
    assert run(plan(50, 0.1, workload=Get())).error_answers == {ErrorAnswer(503): 5}


def test_as_json_the_most_frequent_must_come_first() -> None:
    found = Counter({ErrorAnswer(429, "gateway", None, "over"): 2, ErrorAnswer(503): 5})
    assert error_answers.to_json(found) == [
        {"status": 503, "by": None, "dependency": None, "why": None, "count": 5},
        {"status": 429, "by": "gateway", "dependency": None, "why": "over", "count": 2},
    ]
