"""The app: `python3 -m sdctl.app.server` answers the HTTP API on port 8000."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client.metrics_core import Metric
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sdctl.app import metrics as m
from sdctl.app.config import Config
from sdctl.app.cpu import Cpu
from sdctl.app.http import events as events_api
from sdctl.app.http import notifications, operational_routes, problems
from sdctl.app.http import orders as orders_api
from sdctl.app.http.health import Readiness
from sdctl.app.http.middleware import RequestMiddleware, trace_of
from sdctl.app.http.stream import Streams
from sdctl.app.logs import Log
from sdctl.app.queue.broker import Broker
from sdctl.app.queue.inbox_notices import InboxNoticeReceiver
from sdctl.app.queue.relay import Relay
from sdctl.app.runtime import HttpServer, start
from sdctl.app.stores.cache import Cache
from sdctl.app.stores.database import Database
from sdctl.app.stores.documents import Documents
from sdctl.app.stores.events import Events
from sdctl.app.stores.inbox import Inbox
from sdctl.app.stores.injected_faults import InjectedFaults
from sdctl.app.stores.order_view import OrderView
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.schema import ensure_schema
from sdctl.app.tasks import running


class App:
    """Everything an app process consists of, put together."""

    def __init__(self, config: Config, log: Log) -> None:
        self._log = log
        self.database = Database(config, log)
        self.faults = InjectedFaults(self.database, log)
        self.cache = Cache(config, log)
        self.broker = Broker(config, log)
        self.documents = Documents(config, log)
        self.events = Events(self.documents, config, log)
        self.relay = Relay(self.database, self.broker, log, config.node_name)
        self.inbox_notices = InboxNoticeReceiver(self.broker, config)
        orders, inbox = Orders(self.database), Inbox(self.database)
        self.view = OrderView(orders, self.cache)
        self.streams = Streams(inbox, self.inbox_notices, log)
        self.health = Readiness(self.database, self.cache, self.broker, self.documents)
        self.cpu = Cpu()
        self.metrics = m.Metrics()
        self.metrics.read_at_scrape(self._gauges)

        api = FastAPI(
            title="The sdctl reference service",
            version="1",
            lifespan=self._lifespan,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
        )
        limit = min(config.max_event_bytes, config.max_body_bytes)
        api.include_router(orders_api.routes(orders, self.view, self.relay, config.max_body_bytes))
        api.include_router(events_api.routes(self.documents, self.events, log, limit))
        api.include_router(notifications.routes(inbox, self.streams))
        api.include_router(operational_routes.routes(self.health, self.metrics, self.stats))
        operational_routes.add_description(api)
        api.exception_handler(problems.ProblemError)(_answer_problem)
        api.exception_handler(HTTPException)(_answer_http)
        api.exception_handler(RequestValidationError)(_answer_invalid)
        api.exception_handler(Exception)(_answer_broken)
        self.middleware = RequestMiddleware(api, config, self.metrics, log)

    def drain(self) -> None:
        """Be unready and end what would not end by itself; other requests go on."""
        self._log.info("draining")
        self.health.draining = True
        self.middleware.draining = True
        self.streams.end()

    def stats(self) -> dict[str, object]:
        """What the observer reads."""
        leader = self.documents.leader
        return {
            "rps": self.middleware.window.rate(),
            "in_flight": self.middleware.in_flight,
            "p99_s": self.middleware.latencies.p99(),
            "cpu": self.cpu.cores(),
            "pools": self.database.pools(),
            "cache": {"hits": self.view.hits, "misses": self.view.misses},
            "outbox": {"published": self.relay.published},
            "streams": self.inbox_notices.streams,
            "faults": self.faults.document(),
            "documents": {"leader": leader and leader.name, "stored": self.events.stored},
        }

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        async def schema() -> None:
            await ensure_schema(self.database, self._log)

        tasks = {
            "cpu": self.cpu.run,
            "database": self.database.run,
            "faults": self.faults.run,
            "cache": self.cache.run,
            "queue": self.broker.run,
            "documents": self.documents.run,
            "events": self.events.run,
            "relay": self.relay.run,
            "hints": self.inbox_notices.run,
            "schema": schema,
        }
        async with running(tasks, self._log):
            yield

    def _gauges(self) -> Iterable[Metric]:
        yield m.gauge("sdctl_in_flight", "Requests in flight", {(): self.middleware.in_flight})
        yield m.gauge("sdctl_streams", "Open event streams", {(): self.inbox_notices.streams})
        yield m.counter(
            "sdctl_cache_reads",
            "Order reads by what the cache had",
            {(("result", "hit"),): self.view.hits, (("result", "miss"),): self.view.misses},
        )
        yield m.counter(
            "sdctl_relay_published", "Outbox rows published", {(): self.relay.published}
        )
        yield m.counter("sdctl_events_stored", "Events stored", {(): self.events.stored})
        yield m.pool_gauge(self.database.pools())


async def _answer_problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, problems.ProblemError)
    return exc.response(trace_of(request.scope).request_id)


async def _answer_http(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    kind = HTTPStatus(exc.status_code).phrase.lower().replace(" ", "-")
    problem = problems.ProblemError(
        exc.status_code,
        kind,
        f"{request.method} {request.url.path}: {exc.detail}",
        headers=exc.headers,
    )
    return problem.response(trace_of(request.scope).request_id)


async def _answer_invalid(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    errors = [
        {"field": ".".join(str(part) for part in error["loc"][1:]), "message": error["msg"]}
        for error in exc.errors()
    ]
    return problems.invalid_fields(errors).response(trace_of(request.scope).request_id)


async def _answer_broken(request: Request, _exc: Exception) -> Response:
    # RequestMiddleware sees the exception too, and logs it.
    return problems.internal().response(trace_of(request.scope).request_id)


def main() -> None:
    """Serve until SIGTERM."""
    config, log = start()
    app = App(config, log)
    HttpServer(app.middleware, config, app.drain).run()


if __name__ == "__main__":
    main()
