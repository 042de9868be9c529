"""Every lawful answer is an answer, and what is none is named; beside curl's opinion."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvloop
from odd_servers import HABITS, Habit, OddServer

from sdctl.judge.outcome import Error
from sdctl.load.client import Client
from sdctl.load.exchange import Exchange
from sdctl.workloads.workload import Request

_CURL = shutil.which("curl")
_REQUESTS = 6
_RESET, _PROTOCOL = {18, 52, 56}, {1, 8, 56}
"""curl's exit codes: partial file, empty reply, receive error; unsupported, weird server reply."""


@dataclass
class Seen:
    """A client's sink, and what else came of asking for one habit."""

    outcomes: Counter[int | Error] = field(default_factory=Counter)
    retried: int = 0
    requests: int = 0
    connections: int = 0

    def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
        self.outcomes[status] += 1

    def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
        self.outcomes[error] += 1


async def _ask(server: OddServer, name: str) -> Seen:
    """Some requests one after the other, so that a connection is used again if it can be."""
    seen = Seen()
    client = Client("127.0.0.1", server.port, seen, timeout_s=20, limit=10)
    method = HABITS[name].method.encode()
    body = b"x" * 100_000 if method == b"POST" else b""
    # with a key, so that a connection that is closed as it is used again is no failure
    request = Request(method, b"", "write", "k") if body else Request(method, b"", "read", "")
    data = b"%b /%b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (
        method, name.encode(), len(body), body,
    )  # fmt: skip
    for number in range(_REQUESTS):
        client.fire(request, data, time.monotonic())
        while seen.outcomes.total() <= number:
            await asyncio.sleep(0.001)
        if HABITS[name].rests_s:
            await asyncio.sleep(0.015)
    client.close("aborted")
    seen.retried = client.retried
    return seen


@pytest.fixture(scope="module")
def server() -> Iterator[OddServer]:
    with OddServer().serving() as running:
        yield running


@pytest.fixture(scope="module")
def seen(server: OddServer) -> dict[str, Seen]:
    """What the generator made of every habit, all asked for at once."""

    async def all_of_them() -> list[Seen]:
        return await asyncio.gather(*(_ask(server, name) for name in HABITS))

    found = dict(zip(HABITS, uvloop.run(all_of_them()), strict=True))
    for name, stored in found.items():
        stored.requests, stored.connections = server.requests[name], server.connections[name]
    return found


@pytest.mark.parametrize("name", HABITS)
def test_an_odd_server_must_be_understood(seen: dict[str, Seen], name: str) -> None:
    assert seen[name].outcomes == {HABITS[name].is_: _REQUESTS}


@pytest.mark.parametrize("name", [habit for habit in HABITS if HABITS[habit].keeps is not None])
def test_a_connection_must_be_kept_if_and_only_if_it_may_be(
    seen: dict[str, Seen], name: str
) -> None:
    assert seen[name].connections == (1 if HABITS[name].keeps else _REQUESTS)


@pytest.mark.skipif(_CURL is None, reason="curl is not here to be asked")
@pytest.mark.parametrize("name", [habit for habit in HABITS if not HABITS[habit].curl_differs])
def test_curl_must_see_the_same(server: OddServer, name: str) -> None:
    assert _curl(f"{server.url}/{name}", HABITS[name]) == {HABITS[name].is_: 2}


def _curl(url: str, odd: Habit) -> Counter[int | str]:
    """What curl makes of two requests."""
    method = {"HEAD": ["--head"], "POST": ["--data", "x" * 100_000, "-H", "Expect:"]}
    words = [*method.get(odd.method, []), "--max-time", "20", "--noproxy", "*", "--http1.1"]
    shown = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{exitcode}\n"]
    each = [*words, *shown, url]
    done = subprocess.run(
        [str(_CURL), "-q", *each, "--next", *each],
        stdout=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    found: Counter[int | str] = Counter()
    for line in done.stdout.splitlines():
        status, code = map(int, line.split())
        if not code:
            found[status] += 1
        elif code in (_PROTOCOL if odd.is_ == "protocol" else _RESET):
            found[odd.is_ if odd.is_ == "protocol" else "reset"] += 1
        else:
            found[f"curl's {code}"] += 1
    return found


def test_what_a_kept_connection_swallowed_must_be_sent_once_more_and_counted() -> None:
    """The server closes it as the second request comes, without having answered a byte."""
    for method, kind, key, expected in (
        (b"GET", "read", "", {200: 2}),
        (b"POST", "write", "k1", {200: 2}),
        (b"POST", "write", "", {200: 1, "reset": 1}),
    ):
        seen, moments = uvloop.run(_ask_twice(Request(method, b"", kind, key)))  # type: ignore[arg-type]
        assert seen.outcomes == expected
        assert seen.retried == (0 if "reset" in expected else 1)
        # the time of a request that was sent once more runs from when it was sent first
        assert moments[-1] >= 0.09


async def _ask_twice(request: Request) -> tuple[Seen, list[float]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for first in (True, False):
            if not await reader.readline():
                break
            await reader.readuntil(b"\r\n\r\n")
            if not first:
                await asyncio.sleep(0.1)
                break
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    class Timed(Seen):
        def answered(self, exchange: Exchange, status: int, body: bytes, now: float) -> None:
            super().answered(exchange, status, body, now)
            moments.append(now - exchange.sent_at)

        def unanswered(self, exchange: Exchange, error: Error, now: float) -> None:
            super().unanswered(exchange, error, now)
            moments.append(now - exchange.sent_at)

    moments: list[float] = []
    seen = Timed()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        client = Client("127.0.0.1", port, seen, timeout_s=5, limit=10)
        data = b"%b / HTTP/1.1\r\nHost: x\r\n\r\n" % request.method
        for number in range(2):
            client.fire(request, data, time.monotonic())
            while seen.outcomes.total() <= number:
                await asyncio.sleep(0.001)
        client.close("aborted")
    seen.retried = client.retried
    return seen, moments
