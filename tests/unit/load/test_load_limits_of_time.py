"""How long a request may take: from its send, apart from its wait for a connection."""

from __future__ import annotations

import threading
import time

import pytest
from fake_orders import Answer, OrderService
from plans import Plan

from sdctl.judge.ledger import Ledger
from sdctl.load.generator import run
from sdctl.workloads.orders import OrdersOnly

pytestmark = pytest.mark.sends


def test_the_wait_for_a_connection_must_not_shorten_the_time_from_the_send(
    service: OrderService, plan: Plan
) -> None:
    def slow(*_: object) -> Answer:
        time.sleep(0.8)
        return 202, {"id": "o1"}

    service.behave = slow
    ledger = Ledger("r")
    # two at once over one connection: the second is answered 1.6 s after it was due
    limits = {"workload": OrdersOnly(), "timeout_s": 1.4, "max_connections": 1}
    result = run(plan(1000, 0.002, **limits), ledger=ledger)
    assert result.by_status == {202: 2}
    assert ledger.count("acknowledged") == 2
    assert result.service.max is not None
    assert result.response.max is not None
    assert result.service.max < 1400 < result.response.max


@pytest.mark.slow("answers are waited for that do not come")
def test_what_the_end_of_a_run_cuts_off_must_be_named_so_and_stay_out_of_the_percentiles(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: None
    stop = threading.Event()
    ledger = Ledger("r")
    result = run(
        plan(100, 60, workload=OrdersOnly(), timeout_s=30, max_connections=2),
        ledger=ledger,
        stop=stop,
        on_tick=lambda _: stop.set(),
    )
    assert result.by_error["aborted"] == result.unknown == ledger.count("unknown") == 2
    # what was never sent is not unknown
    assert result.by_error["unsent"] == result.failed == ledger.count("refused") > 0
    assert result.by_error.keys() == {"aborted", "unsent"}
    assert result.response.max is None
    assert result.service.max is None
    assert result.limit is None or result.limit.whose != "connections"


@pytest.mark.slow("answers are waited for that do not come")
def test_a_run_must_stop_when_told_also_while_it_waits_for_its_last_answers(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: None
    stop = threading.Event()
    began = time.monotonic()
    result = run(
        plan(100, 0.1, workload=OrdersOnly(), timeout_s=30, tick_s=0.3, retries=10),
        stop=stop,
        on_tick=lambda _: stop.set(),
    )
    assert time.monotonic() - began < 10
    assert result.by_error == {"aborted": 10}
    assert result.duration_s < 1, "it was over when the last request had been sent"
