from __future__ import annotations

import json

import pytest
from fake_orders import Answer, OrderService
from hypothesis import given
from hypothesis import strategies as st
from plans import Plan

from sdctl.load.generator import run
from sdctl.load.staleness import is_stale
from sdctl.workloads.hot_key import HotKey
from sdctl.workloads.ledger import WrittenAndRead
from sdctl.workloads.mixed import Mixed
from sdctl.workloads.order_requests import read
from sdctl.workloads.workload import Request

BY_ID = Request(b"GET", b"/v1/orders/o", "read", "o")


def listing(*shows: str, page: int = 3) -> Request:
    return Request(b"GET", b"/v1/orders", "read", "", shows=shows, page=page)


def body(*ids: str) -> bytes:
    return json.dumps([{"id": order_id} for order_id in ids]).encode()


@pytest.mark.parametrize(
    ("status", "stale"), [(200, False), (404, True), (503, None), (429, None), (500, None)]
)
def test_an_acknowledged_order_must_be_found_by_its_id(status: int, stale: bool | None) -> None:
    assert is_stale(BY_ID, status, b"") is stale


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({}, False),
        ({"status": "completed"}, False),
        ({"user_id": "evil"}, True),
        ({"user_id": "run-u70"}, True),
        ({"item": "run-00000008"}, True),
    ],
    ids=["as written", "worked on meanwhile", "another's", "a longer name", "another order"],
)
def test_an_order_read_by_its_id_must_be_as_it_was_written(
    change: dict[str, str], stale: bool
) -> None:
    order = {"id": "o", "user_id": "run-u7", "item": "run-00000107", "status": "accepted"}
    answer = json.dumps(order | change).encode()
    assert is_stale(read("o", "run-00000107"), 200, answer) is stale


@pytest.mark.parametrize(
    ("request_", "answer", "stale"),
    [
        (listing("a"), body("b", "a"), False),
        (listing("b"), body("a"), True),
        (listing("a"), body(), True),
        (listing("a", "b"), body("d", "c", "b"), False),
        (listing("a", "c"), body("d", "b", "a"), True),
        (listing("a"), body("c", "b"), True),
        (listing(), body(), None),
        (listing("a"), b"<html>", None),
        (listing("a"), b'{"orders": []}', None),
    ],
    ids=["shown", "missing", "empty", "beyond the page", "a gap", "a page not full", "nothing due",
         "no JSON", "no list"],
)  # fmt: skip
def test_a_list_must_show_what_was_acknowledged_as_far_as_it_reaches(
    request_: Request, answer: bytes, stale: bool | None
) -> None:
    assert is_stale(request_, 200, answer) is stale


def test_an_error_must_say_nothing_about_staleness() -> None:
    assert is_stale(listing("a"), 503, body()) is None


_ids = st.sets(st.integers(0, 50).map("{:03d}".format), max_size=30)


@given(orders=_ids, acknowledged=_ids, hidden=_ids)
def test_only_a_hidden_order_must_make_a_list_stale(
    orders: set[str], acknowledged: set[str], hidden: set[str]
) -> None:
    """Of a store that holds every acknowledged order and hides some."""
    stored = sorted((orders | acknowledged) - hidden, reverse=True)
    page = stored[:5]
    within = [write for write in acknowledged if len(page) < 5 or write > page[-1]]
    answer = is_stale(listing(*sorted(acknowledged), page=5), 200, body(*page))
    expected = bool(hidden & set(within)) if acknowledged else None
    assert answer is expected


@pytest.mark.parametrize("workload", [WrittenAndRead(), Mixed(writes=0.5, lists=0.5), HotKey()])
def test_a_sound_service_must_have_no_stale_read(plan: Plan, workload: Mixed) -> None:
    result = run(plan(400, 1.0, workload=workload))
    assert result.reads_checked > 50
    assert result.stale_reads == 0
    assert result.failed == 0


@pytest.mark.sends
@pytest.mark.parametrize("workload", [WrittenAndRead(), Mixed(writes=0.5, lists=0), HotKey()])
def test_a_service_that_answers_with_another_order_must_be_caught(
    service: OrderService, plan: Plan, workload: Mixed
) -> None:
    def foreign(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        status, order = service.orders(method, path, headers, body)  # type: ignore[misc]
        by_id = method == "GET" and "?" not in path
        return status, ({**order, "user_id": "evil"} if by_id else order)

    service.behave = foreign
    result = run(plan(400, 1.0, workload=workload))
    assert result.stale_reads
    assert result.failed == 0


@pytest.mark.sends
def test_a_service_that_reads_from_a_late_follower_must_be_caught(
    service: OrderService, plan: Plan
) -> None:
    """It shows no order yet, then all but the 20 newest."""
    hidden = 1000

    def late(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "POST":
            return service.orders(method, path, headers, body)
        everything = service.orders_by_id
        service.orders_by_id = dict(list(everything.items())[:-hidden])
        try:
            return service.orders(method, path, headers, body)
        finally:
            service.orders_by_id = everything

    service.behave = late
    by_id = run(plan(400, 0.5, workload=WrittenAndRead()))
    assert by_id.reads_checked == by_id.stale_reads == by_id.failed > 20
    hidden = 20
    listed = run(plan(400, 1.0, workload=Mixed(writes=0.5, lists=0.5)))
    assert listed.stale_reads is not None
    assert 0 < listed.stale_reads < listed.reads_checked
    assert listed.failed == 0


def test_without_a_checked_read_staleness_must_be_unknown(plan: Plan) -> None:
    result = run(plan(300, 0.1, workload=Mixed(writes=1, lists=0)))
    assert (result.reads_checked, result.stale_reads) == (0, None)
