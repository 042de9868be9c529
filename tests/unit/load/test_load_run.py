"""The generator against a real service on loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

import pytest
from fake_orders import Answer, OrderService
from plans import Plan

from sdctl.judge import content
from sdctl.judge.ledger import Ledger
from sdctl.load.assertions import parse
from sdctl.load.beats import Tick
from sdctl.load.generator import run
from sdctl.load.request_counts import RequestCounts
from sdctl.load.waker import waker
from sdctl.load.workload_requests import WorkloadFailed
from sdctl.workloads.hot_key import HotKey
from sdctl.workloads.mixed import Mixed
from sdctl.workloads.orders import OrdersOnly
from sdctl.workloads.workload import Feedback, Request

pytestmark = pytest.mark.sends


@dataclass(frozen=True, kw_only=True)
class Gets:
    """The same GET again and again."""

    name: ClassVar[str] = "gets"
    summary: ClassVar[str] = ""
    expected: ClassVar[frozenset[int]] = frozenset({418})

    break_after: int = 1_000_000

    def requests(self, rng: Random, feedback: Feedback) -> Iterator[Request]:
        for _ in range(self.break_after):
            yield Request(b"GET", b"/v1/orders/1", "read", "1")
        raise KeyError("no more")


def always(answer: Answer) -> Any:
    return lambda *_: answer


def test_every_request_must_be_sent_and_counted(service: OrderService, plan: Plan) -> None:
    result = run(plan(400, 0.5, headers={"X-API-Key": "secret"}))
    assert result.sent == result.ok == 200
    assert set(result.by_status) == {200, 202}
    assert result.duration_s >= 0.5
    assert result.late_ms_p99 is not None
    assert result.stale_reads == 0
    assert result.response.max is not None
    # by the last answer, which came no later than this
    last_s = result.duration_s + result.response.max / 1000
    assert 200 / last_s * 0.99 < result.achieved_rps < 200 / result.duration_s * 1.01
    assert result.response.p50 is not None
    assert result.service.p50 is not None
    assert result.service.p50 <= result.response.p50
    assert service.last_headers["x-api-key"] == "secret"
    assert service.last_headers["host"] == service.url.removeprefix("http://")


def test_acknowledged_writes_must_be_in_the_ledger_as_the_service_has_them(
    service: OrderService, plan: Plan
) -> None:
    ledger = Ledger("r1")
    run(plan(workload=OrdersOnly(), run="r1"), ledger=ledger)
    assert {write.key: write.order_id for write in ledger} == service.ids_by_key
    assert len(ledger) == ledger.count("acknowledged") == 30
    assert {write.digest for write in ledger} == {
        content.order(f"r1-u{number}", f"r1-{number:08d}", 1) for number in range(30)
    }
    # sorted: connections are served in any order
    who = sorted((order["item"], order["user_id"]) for order in service.orders_by_id.values())
    assert who == [(f"r1-{number:08d}", f"r1-u{number}") for number in range(30)]
    assert all(write.sent_at <= write.done_at for write in ledger)


@pytest.mark.parametrize(
    ("answer", "counts", "outcome"),
    [
        ((500, {}), (0, 0, 30), "unknown"),
        ((429, {}), (0, 30, 0), "refused"),
        ((503, {}), (0, 30, 0), "refused"),
        ((503, {"outcome": "unknown"}), (0, 0, 30), "unknown"),
        ((302, {}), (30, 0, 0), "refused"),
        (b"", (0, 0, 30), "unknown"),
        (b"HTTP/1.1 202 OK\r\nContent-Length: 9\r\n\r\nhal", (0, 0, 30), "unknown"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", (0, 0, 30), "unknown"),
    ],
    ids=["500", "429", "503", "503 unknown", "302", "reset", "cut off", "no HTTP"],
)
def test_answers_must_be_told_apart(
    service: OrderService,
    plan: Plan,
    answer: Answer,
    counts: tuple[int, int, int],
    outcome: Any,
) -> None:
    service.behave = always(answer)
    ledger = Ledger("r")
    result = run(plan(workload=OrdersOnly()), ledger=ledger)
    assert (result.ok, result.failed, result.unknown) == counts
    assert ledger.count(outcome) == len(ledger) == 30


def test_an_expected_status_must_be_fine(service: OrderService, plan: Plan) -> None:
    service.behave = always((418, {}))
    assert run(plan(workload=Gets())).ok == 30


def test_a_missing_order_must_count_as_a_stale_read(service: OrderService, plan: Plan) -> None:
    service.behave = always((404, {}))
    result = run(plan(workload=Gets()))
    assert (result.failed, result.stale_reads) == (30, 30)


def test_errors_must_be_named(service: OrderService, plan: Plan) -> None:
    service.behave = always(b"")
    assert run(plan()).by_error == {"reset": 30}
    service.behave = always(b"SSH-2.0\r\n")
    assert run(plan()).by_error == {"protocol": 30}


def test_silence_must_time_out_and_be_unknown(service: OrderService, plan: Plan) -> None:
    service.behave = always(None)
    ledger = Ledger("r")
    result = run(plan(workload=OrdersOnly(), timeout_s=0.2), ledger=ledger)
    assert result.by_error == {"timeout": 30}
    assert result.unknown == ledger.count("unknown") == 30
    assert result.response.p50 is not None
    # a timeout counts with the time waited: left out, it would flatter. A busy machine is late
    assert 200 <= result.response.p50 < 1000
    assert result.achieved_rps == 0


def test_slow_answers_must_not_hold_back_the_schedule(service: OrderService, plan: Plan) -> None:
    arrivals: list[float] = []

    def silent(*_: object) -> Answer:
        arrivals.append(time.monotonic())
        return None

    service.behave = silent
    run(plan(400, 0.25, timeout_s=1.5))
    assert len(arrivals) == 100
    # the last has come before the first was given up
    assert arrivals[-1] - arrivals[0] < 1.5


def test_a_chunked_answer_must_be_read(service: OrderService, plan: Plan) -> None:
    service.behave = always(
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b'6\r\n{"id":\r\n5\r\n"o1"}\r\n0\r\n\r\n'
    )
    ledger = Ledger("r")
    run(plan(workload=OrdersOnly()), ledger=ledger)
    assert {write.order_id for write in ledger} == {"o1"}


def test_a_run_must_stop_when_told(service: OrderService, plan: Plan) -> None:
    stop = threading.Event()

    def on_tick(tick: Tick) -> None:
        stop.set()

    result = run(plan(100, 60), on_tick=on_tick, stop=stop)
    assert result.duration_s < 30
    assert result.sent == result.ok
    assert result.offered_rps == pytest.approx(result.sent / result.duration_s)


def test_ticks_must_add_up_to_the_result(service: OrderService, plan: Plan) -> None:
    ticks: list[Tick] = []
    result = run(plan(400, 0.25), on_tick=ticks.append)
    assert 2 <= len(ticks) <= ticks[-1].at_s / 0.1 + 1
    assert ticks[-1].ok == result.ok == 100
    assert ticks[-1].in_flight == 0
    assert sum(tick.offered_rps * tick.span_s for tick in ticks) == pytest.approx(100)
    assert sum(tick.achieved_rps * tick.span_s for tick in ticks) == pytest.approx(100)


def test_a_workload_that_breaks_must_break_the_run(plan: Plan) -> None:
    with pytest.raises(WorkloadFailed, match=r"KeyError: .no more."):
        run(plan(workload=Gets(break_after=5)))


def test_assertions_must_be_checked(plan: Plan) -> None:
    result = run(plan(assertions=(parse("failed<=0"), parse("p50<1us"))))
    # on a busy machine no time is judged
    assert [assertion.ok for assertion in result.assertions] == [
        True, None if result.saturated else False,
    ]  # fmt: skip


def test_a_rate_beyond_this_machine_must_be_called_saturated(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdctl.load.sender._GRACE_S", 0.5)
    result = run(plan(1_000_000, 0.1, timeout_s=0.3))
    assert result.saturated
    assert result.achieved_rps < 900_000
    # what is late by more than that is never sent: all of it would take longer
    assert result.duration_s < 4


def test_the_hot_key_must_be_one_key(service: OrderService, plan: Plan) -> None:
    assert run(plan(100, 0.8, workload=HotKey())).failed == 0
    reads = [path for path in service.seen if path.startswith("GET /v1/orders/")]
    assert len(reads) == 1
    assert service.seen["POST /v1/orders"] == 1


def test_the_requests_must_repeat_with_the_seed(service: OrderService, plan: Plan) -> None:
    run(plan(run="a", seed=7))
    first, service.seen = service.seen, type(service.seen)()
    run(plan(run="a", seed=7))
    assert service.seen == first


def test_one_wake_must_serve_several_sends_at_a_high_rate(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 1,000 a second the next is due within 1 ms; the sleep is longer, as it is told to be."""
    leads: list[float] = []

    class Watched:
        def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
            self._waker = waker(loop, callback)
            self.close = self._waker.close

        def at(self, moment: float) -> None:
            leads.append(moment - time.monotonic())
            self._waker.at(moment)

    monkeypatch.setattr("sdctl.load.sender.waker", Watched)
    monkeypatch.setattr("sdctl.load.sender.REST_S", 0.02)
    result = run(plan(1000, 0.4))
    assert result.sent == 400
    assert 0.002 < max(leads) <= 0.02


def test_reads_and_writes_must_be_told_apart_as_they_go(service: OrderService, plan: Plan) -> None:
    def readable(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "POST":
            time.sleep(0.002)
            return 503, {"outcome": "refused"}
        return 200, []

    service.behave = readable
    ticks: list[Tick] = []
    result = run(plan(400, 0.5, workload=Mixed(writes=0.5, lists=0.5)), on_tick=ticks.append)
    last = ticks[-1]
    assert last.reads_ok == result.ok > 50
    assert last.reads_bad == 0
    assert result.reads == RequestCounts(ok=result.ok)
    assert result.writes == RequestCounts(failed=result.failed)
    assert result.failed > 50
    assert result.read_response is not None
    assert result.write_response is not None
    assert result.response.max is not None
    slowest = max(result.read_response.max or 0.0, result.write_response.max or 0.0)
    assert slowest == pytest.approx(result.response.max)
    assert (result.write_response.p50 or 0.0) > 2
    service.behave = lambda *_: None
    run(plan(100, 0.3, workload=Gets(), timeout_s=0.3), on_tick=ticks.append)
    assert (ticks[-1].reads_ok, ticks[-1].reads_bad) == (0, 30)
