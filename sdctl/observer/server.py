"""Server: the survey over HTTP, for whoever has the token.

    GET /healthz                  alive; the only route without a token
    GET /readings[?tier=NAME]     {"at", "readings": [{name, role, health, reason, facts}, …]}
    GET /inspect/{tier}           {"tier", "tables": [{"title", "rows": [{column: cell}]}]}
    GET /logs?search=…&request=…  {"total", "lines"} from the search tier (log_search.py)
    GET /query?expression=…       {"samples"} from the metrics tier (metric_query.py)
    GET /holdings/{run}/{node}    {"lines", "waiting"}: what it holds of a run (probes/probe.py)
    GET /targets/{tier}?port=NAME Prometheus' service discovery (scraping.py)
    GET /metrics                  every node's state and facts for Prometheus (scraping.py)
    GET /figures?target=NODE:PORT a node's own figures for Prometheus, where it has no endpoint

Errors are RFC 9457 problem details.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sdctl.observer import scraping
from sdctl.observer.failures import why
from sdctl.observer.log_search import BadQuestion, Question
from sdctl.observer.survey import Survey

_OPEN = "/healthz"


def application(token: str, survey: Survey, close: Callable[[], None] = lambda: None) -> Starlette:
    """The routes. ``close`` is called at the end."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        close()

    async def healthz(_: Request) -> Response:
        return answer({"alive": True})

    async def readings(request: Request) -> Response:
        tiers = survey.inventory.tiers
        tier = request.query_params.get("tier")
        if tier is not None and tier not in tiers:
            return unknown(tier, survey)
        look = await survey.readings(tiers if tier is None else (tier,))
        at = look.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return answer({"at": at, "readings": [asdict(reading) for reading in look.readings]})

    async def inspect(request: Request) -> Response:
        tier = request.path_params["tier"]
        if tier not in survey.inventory.tiers:
            return unknown(tier, survey)
        tables = await survey.inspect(tier)
        return answer({"tier": tier, "tables": [table.to_json() for table in tables]})

    async def logs(request: Request) -> Response:
        if "search" not in survey.inventory.tiers:
            return unknown("search", survey)
        try:
            return answer(await survey.log(Question.of(request.query_params)))
        except BadQuestion as error:
            return problem(400, "Bad Request", str(error))
        except Exception as error:
            if (reason := why(error)) is None:
                raise
            return problem(503, "Service Unavailable", f"the search tier: {reason}")

    async def query(request: Request) -> Response:
        if "metrics" not in survey.inventory.tiers:
            return unknown("metrics", survey)
        try:
            return answer(await survey.query(request.query_params.get("expression", "")))
        except BadQuestion as error:
            return problem(400, "Bad Request", str(error))
        except Exception as error:
            if (reason := why(error)) is None:
                raise
            return problem(503, "Service Unavailable", f"the metrics tier: {reason}")

    async def holdings(request: Request) -> Response:
        node = request.path_params["node"]
        try:
            held = await survey.holdings(request.path_params["run"], node)
        except Exception as error:
            if (reason := why(error)) is None:
                raise
            return problem(503, "Service Unavailable", f"{node}: {reason}")
        if held is None:
            return problem(404, "Not Found", f"{node!r} is no node that keeps writes")
        return answer(asdict(held))

    async def targets(request: Request) -> Response:
        tier = request.path_params["tier"]
        if tier not in survey.inventory.tiers:
            return unknown(tier, survey)
        port = request.query_params.get("port", "")
        return answer(scraping.discovered(survey.inventory.tiers[tier], port))

    async def metrics(_: Request) -> Response:
        tiers = survey.inventory.tiers
        text = scraping.exposition(tiers, (await survey.readings(tiers)).readings)
        return Response(text, media_type=scraping.CONTENT_TYPE)

    async def figures(request: Request) -> Response:
        name = request.query_params.get("target", "").partition(":")[0]
        try:
            found = await survey.figures(name)
        except Exception as error:
            if (reason := why(error)) is None:
                raise
            return problem(503, "Service Unavailable", f"{name}: {reason}")
        if found is None:
            return problem(404, "Not Found", f"no figures of a node {name!r} are read here")
        return Response(scraping.samples(found), media_type=scraping.CONTENT_TYPE)

    async def nowhere(request: Request, _: Exception) -> Response:
        return problem(404, "Not Found", f"there is no {request.url.path}")

    async def broken(_: Request, error: Exception) -> Response:
        return problem(500, "Internal Server Error", type(error).__name__)

    return Starlette(
        routes=[
            Route(_OPEN, healthz),
            Route("/readings", readings),
            Route("/inspect/{tier}", inspect),
            Route("/logs", logs),
            Route("/query", query),
            Route("/holdings/{run}/{node}", holdings),
            Route("/targets/{tier}", targets),
            Route("/metrics", metrics),
            Route("/figures", figures),
        ],
        middleware=[Middleware(TokenOnly, token=token)],
        exception_handlers={404: nowhere, 500: broken},
        lifespan=lifespan,
    )


class TokenOnly:
    """Lets nobody in without the token, except to see that the observer lives."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        if scope["type"] == "http" and scope["path"] != _OPEN:
            given = Headers(scope=scope).get("authorization", "")
            if not hmac.compare_digest(given.encode(), self._expected):
                detail = "send the stack's observer token as a bearer token"
                refusal = problem(401, "Unauthorized", detail)
                refusal.headers["WWW-Authenticate"] = "Bearer"
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def unknown(tier: str, survey: Survey) -> Response:
    """404 that says what there is."""
    there = ", ".join(survey.inventory.tiers)
    return problem(404, "Not Found", f"there is no tier {tier!r}; there is: {there}")


def answer(value: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, media_type=media_type)


def problem(status: int, title: str, detail: str) -> Response:
    """RFC 9457."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return answer(value, status, "application/problem+json")
