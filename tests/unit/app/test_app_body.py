"""A client that stalls or leaves in the middle of its body did so itself: nothing was done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from app_configs import SMALLEST

from sdctl.app.logs import Log
from sdctl.app.server import App

STALLS = None


class Heard(Log):
    """Keeps the errors."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[str] = []

    def request(self, message: str, *, began: float, **fields: object) -> None:
        if fields["level"] == "error":
            self.errors.append(message)

    def error(self, message: str, *, exc: BaseException | None = None, **fields: object) -> None:
        self.errors.append(message)


LEAVES: dict[str, Any] = {"type": "http.disconnect"}


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def post(log: Log, *messages: dict[str, Any] | None) -> tuple[int, dict[bytes, bytes], bytes]:
    """What is answered when the body comes in these messages; None: nothing more comes."""
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        message = waiting.pop(0)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        return message

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        config = replace(SMALLEST, request_timeout_s=0.6)
        scope = {"type": "http", "method": "POST", "path": "/v1/orders", "headers": [],
                 "query_string": b"", "http_version": "1.1", "scheme": "http",
                 "server": ("app", 80), "client": None, "root_path": ""}  # fmt: skip
        middleware: Any = App(config, log).middleware
        await middleware(scope, receive, send)

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), body


@pytest.mark.parametrize("came", [(), (part(b'{"user'),)])
def test_a_body_that_stalls_must_be_408(came: tuple[Any, ...]) -> None:
    log = Heard()
    status, headers, body = post(log, *came, STALLS)
    assert status == 408
    assert b"unknown" not in body
    assert b"nothing was done" in body
    assert headers[b"connection"] == b"close", "the rest must not be taken for the next request"
    assert log.errors == []


def test_a_client_that_leaves_in_its_body_must_be_no_error_of_ours() -> None:
    log = Heard()
    status, _, _ = post(log, part(b'{"user'), LEAVES)
    assert status == 400
    assert log.errors == []


def test_who_is_not_ready_must_not_fill_the_log() -> None:
    log = Heard()

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=App(SMALLEST, log).middleware)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get("/readyz")

    assert asyncio.run(ask()).status_code == 503
    assert log.errors == []
