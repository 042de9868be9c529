"""``python3 -m sdctl.observer``: serves what the survey sees, to whoever has the token."""

from __future__ import annotations

import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sdctl.observer.inventory import load
from sdctl.observer.reach import Reach
from sdctl.observer.survey import Survey


def application(token: str) -> Starlette:
    """The routes: ``/healthz``, ``/readings[?tier=T]``, ``/inspect/{tier}``."""
    holder: dict[str, Survey] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        holder["survey"] = Survey(load(), Reach())
        yield

    def refused(request: Request) -> Response | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), token.encode()):
            return None
        return problem(401, "Unauthorized", "send the stack's observer token as a bearer token")

    async def healthz(request: Request) -> Response:
        return answer({"alive": True})

    async def readings(request: Request) -> Response:
        if (no := refused(request)) is not None:
            return no
        survey = holder["survey"]
        tier = request.query_params.get("tier")
        if tier is not None and tier not in survey.inventory.tiers:
            return unknown(tier, survey)
        return answer(await survey.readings([tier] if tier else survey.inventory.tiers))

    async def inspect(request: Request) -> Response:
        if (no := refused(request)) is not None:
            return no
        survey, tier = holder["survey"], request.path_params["tier"]
        if tier not in survey.inventory.tiers:
            return unknown(tier, survey)
        tables = await survey.inspect(tier)
        return answer({"tier": tier, "tables": [table.to_json() for table in tables]})

    routes = [
        Route("/healthz", healthz),
        Route("/readings", readings),
        Route("/inspect/{tier}", inspect),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def unknown(tier: str, survey: Survey) -> Response:
    """404: says what there is."""
    there = ", ".join(survey.inventory.tiers)
    return problem(404, "Not Found", f"there is no tier {tier!r}; there is: {there}")


def answer(value: Any, status: int = 200, media: str = "application/json") -> Response:
    """A JSON response."""
    return Response(orjson.dumps(value), status, media_type=media)


def problem(status: int, title: str, detail: str) -> Response:
    """RFC 9457."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return answer(value, status, "application/problem+json")


if __name__ == "__main__":
    uvicorn.run(
        application(os.environ["OBSERVER_TOKEN"]),
        host="0.0.0.0",
        port=8000,
        access_log=False,
        log_level="warning",
    )
