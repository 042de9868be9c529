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
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict

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
from sdctl.observer.responses import Unanswered, answer, broken, nowhere, problem, unanswered
from sdctl.observer.survey import Survey

_OPEN = "/healthz"


def application(token: str, survey: Survey, close: Callable[[], None] = lambda: None) -> Starlette:
    """The routes. ``close`` is called at the end."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        close()

    answers = Answers(survey)
    return Starlette(
        routes=[
            Route(_OPEN, answers.healthz),
            Route("/readings", answers.readings),
            Route("/inspect/{tier}", answers.inspect),
            Route("/logs", answers.logs),
            Route("/query", answers.query),
            Route("/holdings/{run}/{node}", answers.holdings),
            Route("/targets/{tier}", answers.targets),
            Route("/metrics", answers.metrics),
            Route("/figures", answers.figures),
        ],
        middleware=[Middleware(TokenOnly, token=token)],
        exception_handlers={Unanswered: unanswered, 404: nowhere, 500: broken},
        lifespan=lifespan,
    )


class Answers:
    """What each route answers, from the survey."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey

    async def healthz(self, _: Request) -> Response:
        """That it lives."""
        return answer({"alive": True})

    async def readings(self, request: Request) -> Response:
        """Of all tiers, or of one."""
        tier = request.query_params.get("tier")
        look = await self._survey.readings(
            self._survey.inventory.tiers if tier is None else (self._known(tier),)
        )
        at = look.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return answer({"at": at, "readings": [asdict(reading) for reading in look.readings]})

    async def inspect(self, request: Request) -> Response:
        """A tier's tables."""
        tier = self._known(request.path_params["tier"])
        tables = await self._survey.inspect(tier)
        return answer({"tier": tier, "tables": [table.to_json() for table in tables]})

    async def logs(self, request: Request) -> Response:
        """Lines of the search tier."""
        self._known("search")
        with _asked("the search tier"):
            return answer(await self._survey.log(Question.of(request.query_params)))

    async def query(self, request: Request) -> Response:
        """Samples of the metrics tier."""
        self._known("metrics")
        with _asked("the metrics tier"):
            return answer(await self._survey.query(request.query_params.get("expression", "")))

    async def holdings(self, request: Request) -> Response:
        """What a node holds of a run."""
        node = request.path_params["node"]
        with _asked(node):
            held = await self._survey.holdings(request.path_params["run"], node)
        if held is None:
            raise Unanswered(404, "Not Found", f"{node!r} is no node that keeps writes")
        return answer(asdict(held))

    async def targets(self, request: Request) -> Response:
        """Whom Prometheus asks of a tier."""
        tier = self._known(request.path_params["tier"])
        port = request.query_params.get("port", "")
        targets = self._survey.inventory.tiers[tier]
        if any(target.elastic for target in targets):
            look = await self._survey.readings((tier,))
            targets = scraping.expected(targets, look.readings)
        return answer(scraping.discovered(targets, port))

    async def metrics(self, _: Request) -> Response:
        """Every node's state and facts."""
        tiers = self._survey.inventory.tiers
        text = scraping.exposition(tiers, (await self._survey.readings(tiers)).readings)
        return Response(text, media_type=scraping.CONTENT_TYPE)

    async def figures(self, request: Request) -> Response:
        """A node's own figures."""
        name = request.query_params.get("target", "").partition(":")[0]
        with _asked(name):
            found = await self._survey.figures(name)
        if found is None:
            raise Unanswered(404, "Not Found", f"no figures of a node {name!r} are read here")
        return Response(scraping.samples(found), media_type=scraping.CONTENT_TYPE)

    def _known(self, tier: str) -> str:
        """The same tier. Raises ``Unanswered``, which says what there is."""
        tiers = self._survey.inventory.tiers
        if tier not in tiers:
            there = ", ".join(tiers)
            raise Unanswered(404, "Not Found", f"there is no tier {tier!r}; there is: {there}")
        return tier


@contextmanager
def _asked(whom: str) -> Iterator[None]:
    """What goes wrong while somebody is asked is the answer, where it is known what it means."""
    try:
        yield
    except BadQuestion as error:
        raise Unanswered(400, "Bad Request", str(error)) from error
    except Exception as error:
        if (reason := why(error)) is None:
            raise
        raise Unanswered(503, "Service Unavailable", f"{whom}: {reason}") from error


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
