"""Requests that are tried again: attempts are counted apart, and no refusal hides a doubt."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from fake_orders import Answer, Behave, OrderService
from plans import Plan

from sdctl.judge.ledger import Ledger
from sdctl.load import retries
from sdctl.load.beats import Tick
from sdctl.load.generator import run
from sdctl.load.histogram import decoded
from sdctl.workloads.get import Get
from sdctl.workloads.mixed import Mixed
from sdctl.workloads.orders import OrdersOnly

pytestmark = pytest.mark.sends


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_FIRST_S", 0.01)


def in_turn(service: OrderService, *answers: Answer) -> Behave:
    """Each key gets these answers first, and then what the service says."""
    met: Counter[str] = Counter()

    def behave(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        key = headers["idempotency-key"]
        met[key] += 1
        if met[key] > len(answers):
            return service.orders(method, path, headers, body)
        return answers[met[key] - 1]

    return behave


def test_a_request_must_be_counted_once_and_its_attempts_apart(
    service: OrderService, plan: Plan
) -> None:
    service.behave = in_turn(service, (503, {}), (500, {}))
    ledger = Ledger("r")
    ticks: list[Tick] = []
    result = run(
        plan(workload=OrdersOnly(), retries=2, run="r"), ledger=ledger, on_tick=ticks.append
    )
    assert (result.sent, result.ok, result.bad) == (30, 30, 0)
    assert (result.by_status, result.by_error) == ({202: 30}, {})
    attempts = result.attempts
    assert (attempts.again, attempts.requests, attempts.rescued) == (60, 30, 30)
    assert attempts.hidden == {"503": 30, "500": 30}
    assert ticks[-1].again == 60
    assert result.offered_rps == pytest.approx(30 / result.duration_s)
    # each write is in the ledger once, as the service has it
    assert {write.key: write.order_id for write in ledger} == service.ids_by_key
    assert len(ledger) == ledger.count("acknowledged") == 30


def test_what_stays_bad_must_be_tried_as_often_as_was_asked_for(
    service: OrderService, plan: Plan
) -> None:
    service.behave = in_turn(service, *[(503, {})] * 9)
    result = run(plan(workload=OrdersOnly(), retries=2))
    assert (result.sent, result.failed, result.by_status) == (30, 30, {503: 30})
    assert (result.attempts.again, result.attempts.rescued) == (60, 0)
    assert result.attempts.hidden == {"503": 60}


@pytest.mark.parametrize("first", [None, (500, {}), (503, {"outcome": "unknown"})])
def test_a_refusal_must_not_undo_the_doubt_of_an_earlier_attempt(
    service: OrderService, plan: Plan, first: Answer
) -> None:
    service.behave = in_turn(service, first, (503, {}))
    ledger = Ledger("r")
    result = run(plan(workload=OrdersOnly(), retries=1, timeout_s=0.2), ledger=ledger)
    assert result.unknown == ledger.count("unknown") == len(ledger) == 30


def test_a_refusal_must_not_undo_the_doubt_of_a_connection_that_was_closed(
    service: OrderService, plan: Plan
) -> None:
    """A request on a kept connection that ends without a byte of an answer is sent once more."""
    service.behave = in_turn(service, b"", (503, {}))
    ledger = Ledger("r")
    result = run(plan(workload=OrdersOnly()), ledger=ledger)
    assert result.retried > 0
    assert result.unknown == ledger.count("unknown") == len(ledger) == 30


def test_a_write_must_be_as_old_as_its_first_attempt(service: OrderService, plan: Plan) -> None:
    refused_first = in_turn(service, *[(503, {})] * 3)
    first_came: dict[str, float] = {}

    def behave(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        first_came.setdefault(headers["idempotency-key"], time.monotonic())
        return refused_first(method, path, headers, body)

    service.behave = behave
    ledger = Ledger("r")
    result = run(plan(30, 0.1, workload=OrdersOnly(), retries=3), ledger=ledger)
    # the attempts that were acknowledged went out later
    assert ledger.count("acknowledged") == 3
    assert all(write.sent_at < first_came[write.key] for write in ledger)
    assert result.response.max is not None
    assert result.service.max is not None
    assert result.response.max >= result.service.max


def test_what_may_be_done_twice_and_what_was_well_answered_must_not_be_tried_again(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: (404, {})
    assert run(plan(workload=Mixed(), retries=3)).attempts.again == 0
    service.behave = lambda *_: (503, {})
    written = run(plan(workload=Get(method="POST"), retries=3))
    assert (written.failed, written.attempts.again) == (30, 0)


def test_a_stop_must_end_what_waits_for_its_next_attempt_as_the_last_one_did(
    service: OrderService, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "_FIRST_S", 1e6)
    monkeypatch.setattr(retries, "_LONGEST_S", 1e6)
    service.behave = in_turn(service, (503, {}))
    stop, ledger = threading.Event(), Ledger("r")
    result = run(
        plan(300, 60, workload=OrdersOnly(), retries=3),
        ledger=ledger,
        stop=stop,
        on_tick=lambda _: stop.set(),
    )
    assert result.sent == result.failed == ledger.count("refused") == len(ledger) > 0
    assert (result.attempts.again, result.by_status) == (0, {503: result.sent})
    assert decoded(result.histograms["service"]).count == result.sent
