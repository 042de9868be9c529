"""Families of samples for Prometheus; its own library writes them as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


def family(
    name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]
) -> Metric:
    """A sample for each of ``values``, which are by their labels. What only grows is called
    ``…_total``."""
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    made = kind(name, text, labels=labels)
    for labelled, value in values:
        made.add_metric(labelled, value)
    return made


def registry(families: Iterable[Metric]) -> CollectorRegistry:
    """A registry that has these families and nothing else yet."""
    made = CollectorRegistry()
    made.register(_Families(tuple(families)))
    return made


class _Families(Collector):
    def __init__(self, families: tuple[Metric, ...]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
