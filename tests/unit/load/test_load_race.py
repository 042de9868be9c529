"""Several addresses: the next is tried without waiting for the first to fail."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

import pytest
import uvloop
from fake_orders import OrderService
from plans import Plan

from sdctl.load.beats import Tick
from sdctl.load.dialer import named
from sdctl.load.generator import run
from sdctl.load.happy_eyeballs import interleaved, race
from sdctl.workloads.get import Get


async def _way(after_s: float, outcome: str | OSError) -> str:
    await asyncio.sleep(after_s)
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


@pytest.mark.parametrize(
    ("ways", "won", "took_s"),
    [
        ([(0.0, "a"), (0.0, "b")], "a", 0.0),
        ([(9.0, "a"), (0.0, "b")], "b", 0.1),
        ([(0.15, "a"), (9.0, "b")], "a", 0.15),
        ([(0.0, OSError("no")), (0.0, "b")], "b", 0.0),
        ([(9.0, "a"), (9.0, "b"), (0.0, "c")], "c", 0.2),
    ],
)
def test_the_first_way_that_succeeds_must_win(
    ways: list[tuple[float, str]], won: str, took_s: float
) -> None:
    async def scenario() -> float:
        started = time.monotonic()
        found = await race([partial(_way, *way) for way in ways], lose=print, stagger_s=0.1)
        assert found == won
        assert len(asyncio.all_tasks()) <= 1 + len(ways)
        return time.monotonic() - started

    # the event loop's timers are of whole milliseconds
    assert took_s - 0.001 <= uvloop.run(scenario()) < took_s + 2


def test_when_all_ways_fail_the_last_must_say_why() -> None:
    ways = [partial(_way, 0.0, OSError(why)) for why in ("no route", "a firewall")]
    with pytest.raises(OSError, match="a firewall"):
        asyncio.run(race(ways, lose=print))


def test_families_must_take_turns() -> None:
    found = [(10, "::1"), (10, "::2"), (10, "::1"), (2, "127.0.0.1"), (2, "127.0.0.2")]
    assert interleaved(found) == ["::1", "127.0.0.1", "::2", "127.0.0.2"]
    assert interleaved([]) == []


@pytest.fixture
def deaf(service: OrderService) -> Iterator[str]:
    """An address whose port, the same as the service's, swallows every SYN: its queue is full."""
    with ExitStack() as exits:
        listener = exits.enter_context(socket.socket())
        listener.bind(("127.0.0.2", service.port))
        listener.listen(0)
        for _ in range(3):
            peer = exits.enter_context(socket.socket())
            peer.setblocking(False)
            peer.connect_ex(("127.0.0.2", service.port))
        yield "127.0.0.2"


def test_an_address_that_swallows_all_must_cost_a_quarter_of_a_second_once(
    service: OrderService, deaf: str, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def getaddrinfo(*given: object, **options: object) -> list[object]:
        kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kinds, (address, service.port)) for address in (deaf, "127.0.0.1")]

    monkeypatch.setattr(uvloop.Loop, "getaddrinfo", getaddrinfo)
    result = run(plan(50, 1.0, base_url=f"http://two.invalid:{service.port}"))
    assert result.sent == result.ok == 50
    # connections are opened before the first send, and the address that worked goes first then
    assert result.response.max is not None
    assert result.response.max < 1000


@contextmanager
def _who_closes_at_once() -> Iterator[int]:
    """A server that takes connections and closes each, as a forwarder does whose service is down;
    its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    listener.accept()[0].close()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_was_closed_as_soon_as_it_was_open_must_not_be_used(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _who_closes_at_once() as port:

        async def getaddrinfo(*given: object, **options: object) -> list[object]:
            kinds = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kinds, (address, port)) for address in ("127.0.0.1", "127.0.0.2")]

        monkeypatch.setattr(uvloop.Loop, "getaddrinfo", getaddrinfo)
        ticks: list[Tick] = []
        given = plan(200, 0.5, base_url=f"http://two.invalid:{port}", workload=Get())
        result = run(given, on_tick=ticks.append)
    assert result.sent == sum(result.by_error.values()) == 100
    assert "timeout" not in result.by_error
    assert ticks[-1].connections == 0


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), ("dns", None)),
        (ConnectionRefusedError(errno.ECONNREFUSED, ""), ("refused", None)),
        (ConnectionResetError(errno.ECONNRESET, ""), ("refused", None)),
        (OSError(errno.ENETUNREACH, ""), ("unreachable", None)),
        (OSError(errno.EMFILE, ""), ("local", "files")),
        (OSError(errno.EADDRNOTAVAIL, ""), ("local", "ports")),
        (OSError(errno.ENOBUFS, ""), ("local", "memory")),
    ],
)
def test_why_no_connection_came_about_must_be_named(
    problem: OSError, name: tuple[str, str | None]
) -> None:
    assert named(problem) == name
