"""Whatever a route does, the client must get an answer in time, and never a stack trace."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from app_configs import SMALLEST

from sdctl.app.http.middleware import RequestMiddleware, trace_of
from sdctl.app.logs import Log
from sdctl.app.metrics import Metrics


def ask(app: Any, method: str, timeout_s: float = 0.05) -> tuple[httpx.Response, RequestMiddleware]:
    config = replace(SMALLEST, request_timeout_s=timeout_s)
    middleware = RequestMiddleware(app, config, Metrics(), Log())

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=middleware)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.request(method, "/v1/x")

    return asyncio.run(run()), middleware


async def hangs(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    raise KeyError("secret detail")


async def streams_slowly(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": b"done"})


def test_a_read_that_hangs_must_be_503_in_time() -> None:
    answer, middleware = ask(hangs, "GET")
    assert answer.status_code == 503
    assert "outcome" not in answer.json()
    assert middleware.in_flight == 0


def test_a_write_that_hangs_must_be_of_unknown_outcome() -> None:
    answer, _ = ask(hangs, "POST")
    assert answer.status_code == 504
    assert answer.json()["outcome"] == "unknown"


@pytest.mark.parametrize(("path", "count"), [("/v1/x", 1), ("/stats", 0), ("/health/ready", 0)])
def test_who_asks_for_figures_must_not_be_one_of_the_requests_in_flight(
    path: str, count: int
) -> None:
    seen: list[int] = []

    async def looks(scope: Any, receive: Any, send: Any) -> None:
        seen.append(middleware.in_flight)
        await streams_slowly(scope, receive, send)

    middleware = RequestMiddleware(looks, SMALLEST, Metrics(), Log())

    async def run() -> None:
        transport = httpx.ASGITransport(app=middleware)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            await client.get(path)

    asyncio.run(run())
    assert seen == [count]
    assert middleware.in_flight == 0


def test_what_broke_must_not_be_shown() -> None:
    answer, middleware = ask(breaks, "GET")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert middleware.in_flight == 0


def test_an_answer_that_began_may_take_its_time() -> None:
    answer, middleware = ask(streams_slowly, "GET")
    assert answer.text == "done"
    assert middleware.in_flight == 0


def test_a_request_must_be_given_less_time_than_its_limit() -> None:
    seen: list[float] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(trace_of(scope).until - asyncio.get_running_loop().time())
        await streams_slowly(scope, receive, send)

    ask(app, "GET", timeout_s=5.0)
    assert 4.0 < seen[0] < 5.0
