"""Containers: whose figures are read, and what each container uses now."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Fact, Reading, Table

Figures = Mapping[str, Mapping[str, float]]
"""By node, by name."""
_COLUMNS = {
    "memory_bytes": "container_memory_working_set_bytes",
    "limit_bytes": "container_spec_memory_limit_bytes",
    "cpu_seconds": "container_cpu_usage_seconds_total",
    "restarts": "container_restarts_total",
    "killed": "container_oom_events_total",
}


def parse(text: str) -> Figures:
    """Pure."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.labels["node"], {})[sample.name] = sample.value
    return found


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself."""

    async def read_node(target: Node) -> Reading:
        return reading(target.name, await _figures(target, connections))

    return await read_each(targets, read_node)


def reading(name: str, figures: Figures) -> Reading:
    """Pure."""
    used = sum(usage["container_memory_working_set_bytes"] for usage in figures.values())
    return Reading(
        name=name, health="ok", facts={"containers": len(figures), "memory_bytes": round(used)}
    )


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """What each container uses; CPU since it was started, restarts since it was created."""
    return [usage_table(await _figures(targets[0], connections))]


def usage_table(figures: Figures) -> Table:
    """Pure: the largest first."""
    memory = _COLUMNS["memory_bytes"]
    rows: tuple[tuple[Fact, ...], ...] = tuple(
        (node, *(_rounded(name, figures[node][of]) for name, of in _COLUMNS.items()))
        for node in sorted(figures, key=lambda node: -figures[node][memory])
    )
    return Table(title="containers", columns=("node", *_COLUMNS), rows=rows)


def _rounded(name: str, value: float) -> Fact:
    """A time with its fractions: less than a second is not none."""
    return round(value, 2) if name.endswith("_seconds") else round(value)


async def _figures(target: Node, connections: Connections) -> Figures:
    answer = await connections.get(target, "http", "/metrics")
    text = answer.body.decode()
    if answer.status != 200:
        raise BadAnswer(text.strip())
    return parse(text)


PROBE = Probe(component="containers", read=read, inspect=inspect)
