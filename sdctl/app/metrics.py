"""Metrics: what Prometheus scrapes, for both processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5)

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """A registry of its own, with request metrics and whatever is read at scrape time."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "sdctl_requests",
            "Requests answered",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._duration = Histogram(
            "sdctl_request_duration_seconds",
            "Time until the answer began",
            ("route", "method"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        # labels() looks up and locks; the children are few, so they are kept.
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[tuple[str, str], Histogram] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Note an answer."""
        key = (route, method, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(route, method, str(status))
        counter.inc()
        timer = self._timers.get((route, method))
        if timer is None:
            timer = self._timers[route, method] = self._duration.labels(route, method)
        timer.observe(seconds)

    def read_at_scrape(self, read: Callable[[], Iterable[Metric]]) -> None:
        """Have `read` called at each scrape."""
        self.registry.register(_Reader(read))

    def text(self) -> bytes:
        """Prometheus text format."""
        return generate_latest(self.registry)


class _Reader(Collector):
    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        return self._read()


def gauge(name: str, text: str, values: dict[tuple[tuple[str, str], ...], float]) -> Metric:
    """A gauge family; `values` by labels, each a tuple of (name, value)."""
    family = GaugeMetricFamily(name, text, labels=_names(values))
    for labels, value in values.items():
        family.add_metric([label for _, label in labels], value)
    return family


def counter(name: str, text: str, values: dict[tuple[tuple[str, str], ...], float]) -> Metric:
    """A counter family; `values` as for a gauge."""
    family = CounterMetricFamily(name, text, labels=_names(values))
    for labels, value in values.items():
        family.add_metric([label for _, label in labels], value)
    return family


def _names(values: dict[tuple[tuple[str, str], ...], float]) -> list[str]:
    return [name for name, _ in next(iter(values), ())]


def pool_gauge(pools: dict[str, dict[str, object]]) -> Metric:
    """Database connections by role and state, from Database.pools()."""
    values: dict[tuple[tuple[str, str], ...], float] = {}
    for role, usage in pools.items():
        size, idle = int(str(usage["size"])), int(str(usage["idle"]))
        values[("role", role), ("state", "idle")] = idle
        values[("role", role), ("state", "busy")] = size - idle
    return gauge("sdctl_pool_connections", "Database connections", values)
