"""The generator's connections: opened as requests need them, kept, given up, never too many."""

from __future__ import annotations

import asyncio
import resource
import socket
import time

import pytest
import uvloop
from fake_orders import OrderService
from plans import Plan

from sdctl.judge.ledger import Ledger
from sdctl.judge.outcome import Error
from sdctl.load.client import Client
from sdctl.load.connection import Connection
from sdctl.load.exchange import Exchange
from sdctl.load.generator import run
from sdctl.load.limits import file_limit
from sdctl.workloads.orders import OrdersOnly
from sdctl.workloads.workload import Request


class Outcomes:
    """What became of the requests: statuses and errors."""

    def __init__(self) -> None:
        self.seen: list[int | Error] = []

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        self.seen.append(status)

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        self.seen.append(error)


async def _ask(client: Client, outcomes: Outcomes) -> None:
    get = Request(b"GET", b"/v1/orders/1", "read", "1")
    client.fire(get, b"GET /v1/orders/1 HTTP/1.1\r\nHost: x\r\n\r\n", time.monotonic())
    while not outcomes.seen:
        await asyncio.sleep(0.01)
    client.close("aborted")


@pytest.mark.parametrize("host", ["x" * 64, "nowhere.invalid"], ids=["no name", "unknown"])
def test_a_host_without_address_must_be_looked_up_once_for_all(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    asked: list[object] = []
    if host == "nowhere.invalid":

        async def getaddrinfo(*given: object, **options: object) -> None:
            asked.append(given[1])
            await asyncio.sleep(0.1)
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr(uvloop.Loop, "getaddrinfo", getaddrinfo)
    ledger = Ledger("r")
    result = run(plan(base_url=f"http://{host}", workload=OrdersOnly()), ledger=ledger)
    assert result.by_error == {"dns": 30}
    assert ledger.count("refused") == 30
    assert asked in ([], [host])


def test_a_refused_connection_must_be_failed_and_refused(plan: Plan) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        ledger = Ledger("r")
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        result = run(plan(base_url=url, workload=OrdersOnly()), ledger=ledger)
    assert result.by_error == {"refused": 30}
    assert (result.sent, result.failed) == (30, 30)
    assert ledger.count("refused") == 30
    assert result.response.p99 is None


def test_a_connection_that_never_opens_must_be_failed_and_refused(plan: Plan) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        # the kernel takes a connection or two by itself, and is silent to the rest
        deaf.listen(0)
        ledger = Ledger("r")
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        result = run(plan(base_url=url, workload=OrdersOnly(), timeout_s=0.2), ledger=ledger)
    assert result.sent == 30
    assert set(result.by_error) <= {"timeout", "connect_timeout"}
    assert ledger.count("refused") == result.failed == result.by_error["connect_timeout"] >= 20


def test_the_limit_on_open_files_must_be_raised_and_kept_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert file_limit(2000) == 2000
    assert asked == [(2048, 4096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert file_limit(2000) == 976


def test_more_than_the_allowed_connections_must_wait_and_be_counted(
    service: OrderService, plan: Plan
) -> None:
    service.behave = lambda *_: None
    ledger = Ledger("r")
    limits = {"workload": OrdersOnly(), "timeout_s": 0.3, "max_connections": 2}
    result = run(plan(100, 0.2, **limits), ledger=ledger)
    assert service.most_at_once <= 2
    assert result.queued >= 16
    # what was never sent cannot have been done
    assert result.by_error["timeout"] + result.by_error["queue_timeout"] == 20
    assert ledger.count("refused") == result.by_error["queue_timeout"] > 0


def test_connections_must_be_kept_and_reused(service: OrderService, plan: Plan) -> None:
    assert run(plan(300, 0.2, max_connections=5)).ok == 60
    assert service.connections <= 5


def test_a_server_that_closes_must_be_connected_to_anew(service: OrderService, plan: Plan) -> None:
    service.keep_alive = False
    result = run(plan())
    assert result.ok == 30
    assert service.connections >= 30


def test_idle_connections_must_be_closed_oldest_first(
    service: OrderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        client = Client("127.0.0.1", service.port, Outcomes(), timeout_s=10, limit=10)
        await client.warm(5)
        assert client.connections == 5
        monkeypatch.setattr("sdctl.load.client.IDLE_S", 0.1)
        async with asyncio.timeout(20):
            while client.connections:
                await asyncio.sleep(0.02)
        client.close("aborted")

    asyncio.run(scenario())


def test_a_connection_whose_attempt_was_given_up_as_it_was_made_must_not_be_used(
    service: OrderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop closes it and tells neither it nor the client."""
    outcomes = Outcomes()

    async def scenario() -> None:
        client = Client("127.0.0.1", service.port, outcomes, timeout_s=10, limit=10)
        made = Connection.connection_made

        def given_up_now(self: Connection, transport: asyncio.BaseTransport) -> None:
            made(self, transport)
            monkeypatch.setattr(Connection, "connection_made", made)
            client._attempts[0][1].cancel()

        monkeypatch.setattr(Connection, "connection_made", given_up_now)
        await client.warm(1)
        assert client.connections == 0
        await _ask(client, outcomes)

    uvloop.run(asyncio.wait_for(scenario(), 30))
    assert outcomes.seen == [404]


def test_a_connection_that_was_sent_an_answer_to_nothing_must_not_be_used(
    service: OrderService,
) -> None:
    outcomes = Outcomes()

    async def scenario() -> None:
        client = Client("127.0.0.1", service.port, outcomes, timeout_s=10, limit=10)
        await client.warm(1)
        client._free[-1].data_received(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        await _ask(client, outcomes)

    uvloop.run(asyncio.wait_for(scenario(), 30))
    assert outcomes.seen == [404]
