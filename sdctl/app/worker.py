"""The worker: `python3 -m sdctl.app.worker` does the work that was accepted.

It listens on port 8000 too, for health, metrics and statistics only.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

from fastapi import FastAPI
from prometheus_client.metrics_core import Metric

from sdctl.app import metrics as m
from sdctl.app.config import Config
from sdctl.app.contract import FAIL_MESSAGES, FAIL_MESSAGES_FOR_GOOD
from sdctl.app.cpu import Cpu
from sdctl.app.http import operational_routes
from sdctl.app.http.health import Readiness
from sdctl.app.http.middleware import RequestMiddleware
from sdctl.app.logs import Log
from sdctl.app.queue.broker import Broker
from sdctl.app.queue.consumer import Consumer
from sdctl.app.queue.inbox_notices import InboxNoticeSender
from sdctl.app.runtime import GRACE_S, HttpServer, start
from sdctl.app.stores.cache import Cache
from sdctl.app.stores.database import Database
from sdctl.app.stores.injected_faults import InjectedFaults
from sdctl.app.stores.orders import Orders
from sdctl.app.stores.schema import ensure_schema
from sdctl.app.tasks import running

OUTCOMES = ("processed", "failed", "retried", "dead", "duplicates")


class Worker:
    """Everything a worker process consists of, put together."""

    def __init__(self, config: Config, log: Log) -> None:
        self._log = log
        self.database = Database(config, log)
        self.cache = Cache(config, log)
        self.broker = Broker(config, log)
        self.inbox_notices = InboxNoticeSender(self.broker)
        self.faults = InjectedFaults(self.database, log)
        self.consumer = Consumer(
            config=config,
            orders=Orders(self.database),
            cache=self.cache,
            broker=self.broker,
            inbox_notices=self.inbox_notices,
            faults=self.faults,
            log=log,
        )
        self.health = Readiness(self.database, self.cache, self.broker)
        self.cpu = Cpu()
        self.metrics = m.Metrics()
        self.metrics.read_at_scrape(self._gauges)
        api = FastAPI(lifespan=self._lifespan, openapi_url=None, docs_url=None, redoc_url=None)
        api.include_router(operational_routes.routes(self.health, self.metrics, self.stats))
        self.middleware = RequestMiddleware(api, config, self.metrics, log)

    def drain(self) -> None:
        """Be unready; the lifespan finishes what was begun."""
        self._log.info("draining")
        self.health.draining = True

    def stats(self) -> dict[str, object]:
        """What the observer reads."""
        return {
            "rps": self.consumer.window.rate(),
            "in_flight": self.consumer.in_flight,
            "cpu": self.cpu.cores(),
            **{name: self.consumer.counts[name] for name in OUTCOMES},
            "pools": self.database.pools(),
            "faults": self.faults.document(),
        }

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        async def schema() -> None:
            await ensure_schema(self.database, self._log)

        tasks = {
            "cpu": self.cpu.run,
            "database": self.database.run,
            "cache": self.cache.run,
            "queue": self.broker.run,
            "hints": self.inbox_notices.run,
            "acks": self.consumer.run,
            "faults": self.faults.run,
            "schema": schema,
        }
        async with running(tasks, self._log):
            yield
            await self.consumer.stop(GRACE_S)

    def _gauges(self) -> Iterable[Metric]:
        counts = self.consumer.counts
        yield m.counter(
            "sdctl_worker_messages",
            "Messages by what became of them",
            {(("outcome", name),): counts[name] for name in OUTCOMES},
        )
        yield m.gauge("sdctl_in_flight", "Messages in flight", {(): self.consumer.in_flight})
        yield m.gauge(
            "sdctl_worker_fault_rate",
            "Share of attempts made to fail",
            {(): max(map(self.faults.amount, (FAIL_MESSAGES, FAIL_MESSAGES_FOR_GOOD)))},
        )
        yield m.pool_gauge(self.database.pools())


def main() -> None:
    """Work until SIGTERM."""
    config, log = start()
    worker = Worker(config, log)
    HttpServer(worker.middleware, config, worker.drain).run()


if __name__ == "__main__":
    main()
