"""Responses: JSON, and problem details (RFC 9457) for what has no other answer."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response


def answer(value: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, media_type=media_type)


def problem(status: int, title: str, detail: str) -> Response:
    """RFC 9457."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return answer(value, status, "application/problem+json")


class Unanswered(Exception):
    """A request that has no answer, and the problem that says why."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.response = problem(status, title, detail)


async def unanswered(_: Request, error: Exception) -> Response:
    """The answer to what a route refuses."""
    assert isinstance(error, Unanswered)
    return error.response


async def nowhere(request: Request, _: Exception) -> Response:
    """The answer where there is no route."""
    return problem(404, "Not Found", f"there is no {request.url.path}")


async def broken(_: Request, error: Exception) -> Response:
    """The answer where the observer itself is at fault."""
    return problem(500, "Internal Server Error", type(error).__name__)
