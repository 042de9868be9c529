"""Middleware: what every request gets, whatever its route, as plain ASGI.

Request id and served-by headers, a time limit, problem details for whatever went wrong,
counting, and a log line for what is slow or broken.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdctl.app import ids
from sdctl.app.config import Config, LogRequests
from sdctl.app.contract import READY, VERSIONED
from sdctl.app.http.problems import ProblemError, internal, outcome_unknown, unavailable
from sdctl.app.logs import Log
from sdctl.app.metrics import Metrics
from sdctl.app.window import Latencies, Window

SLOW_S = 1.0
# The database gives up this much earlier, so that its own, better answer is given.
MARGIN_S = 0.4
_KEY = "sdctl.trace"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LOGGED: dict[LogRequests, frozenset[str]] = {
    "writes": _WRITES,
    "all": _WRITES | {"GET", "HEAD", "OPTIONS"},
}
"""The methods whose requests leave a line though nothing is wrong."""


@dataclass(frozen=True)
class Trace:
    """A request's identity and deadline (`until`, a loop time)."""

    request_id: str
    traceparent: str
    until: float


def trace_of(scope: Scope) -> Trace:
    """The trace that RequestMiddleware gave this request."""
    trace = scope[_KEY]
    assert isinstance(trace, Trace)
    return trace


@dataclass
class _Answer:
    """What is known of the answer so far."""

    started: float
    trace: Trace
    counts: bool
    """Whether it is one of those in flight."""
    status: int = 0
    limit: asyncio.Timeout | None = None


class RequestMiddleware:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, config: Config, metrics: Metrics, log: Log) -> None:
        self._app = app
        self._timeout_s = config.request_timeout_s
        self._served_by = (b"x-served-by", config.node_name.encode())
        self._logged = _LOGGED[config.log_requests]
        self._metrics = metrics
        self._log = log
        self.window = Window()
        self.latencies = Latencies()
        self.in_flight = 0
        """Requests of the service's own; who asks for its health or figures is none of them."""
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given_id = given_parent = None
        for name, value in scope["headers"]:
            if name == b"x-request-id" and given_id is None:  # a trailer comes after the head
                given_id = value
            elif name == b"traceparent" and given_parent is None:
                given_parent = value
        request_id = ids.request_id(given_id)
        until = asyncio.get_running_loop().time() + self._timeout_s
        trace = Trace(request_id, ids.traceparent(given_parent, request_id), until - MARGIN_S)
        scope[_KEY] = trace
        answer = _Answer(time.perf_counter(), trace, counts=scope["path"].startswith(VERSIONED))
        self.in_flight += answer.counts

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._begin(scope, message, answer)
            await send(message)

        try:
            async with asyncio.timeout_at(until) as answer.limit:
                await self._app(scope, receive, send_with_headers)
        except Exception as exc:
            answer.limit = None
            if answer.status == 0:
                problem = self._problem(scope, exc, trace)
                await problem.response(request_id)(scope, receive, send_with_headers)
            elif not isinstance(exc, OSError):
                self._log.error("request broke", exc=exc, request_id=request_id)
        finally:
            if answer.status == 0:
                self.in_flight -= answer.counts

    def _begin(self, scope: Scope, message: Message, answer: _Answer) -> None:
        """The answer begins: from here on it may take its time, as streams do."""
        answer.status = message["status"]
        self.in_flight -= answer.counts
        if answer.limit is not None and not answer.limit.expired():
            answer.limit.reschedule(None)
        headers = message["headers"]
        headers.append((b"x-request-id", answer.trace.request_id.encode("latin-1")))
        headers.append(self._served_by)
        if self.draining:
            headers.append((b"connection", b"close"))
        seconds = time.perf_counter() - answer.started
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.answered(route, scope["method"], answer.status, seconds)
        ours = route.startswith(VERSIONED)
        if ours:
            self.window.add()
            self.latencies.add(seconds)
        logged = ours and scope["method"] in self._logged
        # who is not ready says so to those who ask again and again; that is no request that failed
        failed = answer.status >= 500 and route != READY
        if logged or failed or seconds > SLOW_S:
            took_ms = round(seconds * 1000, 1)
            self._log.request(
                f"{scope['method']} {scope['path']} {answer.status} in {took_ms} ms",
                began=time.time() - seconds,
                level="error" if answer.status >= 500 else "info",
                request_id=answer.trace.request_id,
                traceparent=answer.trace.traceparent,
                method=scope["method"],
                path=scope["path"],
                status=answer.status,
                took_ms=took_ms,
            )

    def _problem(self, scope: Scope, exc: Exception, trace: Trace) -> ProblemError:
        if isinstance(exc, ProblemError):
            return exc
        if isinstance(exc, TimeoutError):
            detail = f"not done within {self._timeout_s:g} s"
            if scope["method"] in ("GET", "HEAD"):
                return unavailable("service", detail)
            return outcome_unknown(detail)
        self._log.error("request broke", exc=exc, request_id=trace.request_id, path=scope["path"])
        return internal()
