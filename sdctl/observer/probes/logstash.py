"""Collector: what Logstash has sent, what waits, what was refused. By its own figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Reading, Table

_STATS = "/_node/stats"
Value = Mapping[str, Any]
MAIN, REFUSED = "lines", "refused"
"""The pipelines of ``pipelines.yml``."""


def pipeline(stats: Value, name: str) -> Value:
    """Pure: one pipeline's figures; empty while it starts."""
    found: Value = stats.get("pipelines", {}).get(name, {})
    return found


def backlog(stats: Value) -> int:
    """Pure: lines that were read and are not in the search tier yet."""
    return int(pipeline(stats, MAIN).get("queue", {}).get("events_count", 0))


def documents(stats: Value, name: str) -> Mapping[str, int]:
    """Pure: what became of a pipeline's lines at the search tier: ``successes`` and failures that
    will not be tried again (a line that was there already is one)."""
    total = {"successes": 0, "non_retryable_failures": 0}
    for output in pipeline(stats, name).get("plugins", {}).get("outputs", ()):
        for key in total:
            total[key] += int(output.get("documents", {}).get(key, 0))
    return total


def dead(stats: Value) -> Mapping[str, int]:
    """Pure: ``dropped``: lines for which the store of the refused had no room."""
    store = pipeline(stats, MAIN).get("dead_letter_queue", {})
    return {
        "dropped": int(store.get("dropped_events", 0)) + int(store.get("expired_events", 0)),
        "bytes": int(store.get("queue_size_in_bytes", 0)),
    }


def refused(stats: Value) -> int:
    """Pure: lines that the index did not take with their fields: those that went the second way."""
    return int(pipeline(stats, REFUSED).get("events", {}).get("in", 0))


def reading(name: str, stats: Value) -> Reading:
    """Pure. A backlog is no trouble of the collector: it is there to be one."""
    started = "events" in pipeline(stats, MAIN)
    flow = pipeline(stats, MAIN).get("flow", {}).get("output_throughput", {})
    return Reading(
        name=name,
        health="ok" if started else "failing",
        reason="" if started else "its pipeline has not started yet",
        facts={
            "lines_per_s": round(float(flow.get("current", 0))),
            "backlog": backlog(stats),
            "refused": refused(stats),
            "dropped": dead(stats)["dropped"],
        },
    )


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each collector for itself."""

    async def read_node(target: Node) -> Reading:
        return reading(target.name, (await connections.get(target, "stats", _STATS)).json())

    return await read_each(targets, read_node)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """What became of the lines, and the queues."""
    stats = (await connections.get(targets[0], "stats", _STATS)).json()
    return [line_table(stats), queue_table(stats)]


def line_table(stats: Value) -> Table:
    """Pure: ``had_already``: the search tier had them, by their id."""
    counted = samples(stats)
    names = ("sent", "taken", "repeated", "refused", "dropped")
    row = tuple(int(counted[f"collector_lines_{name}_total"]) for name in names)
    columns = ("sent", "taken", "had_already", "refused", "dropped")
    return Table(title="lines", columns=columns, rows=(row,))


def queue_table(stats: Value) -> Table:
    """Pure: each pipeline's queue; that of the lines is on disk."""
    return Table(
        title="queues",
        columns=("queue", "waiting", "bytes", "most_bytes"),
        rows=tuple(_queue_rows(stats)),
    )


def _queue_rows(stats: Value) -> Iterator[tuple[str, int, int, int]]:
    for name in (MAIN, REFUSED):
        queue = pipeline(stats, name).get("queue", {})
        yield (
            name,
            int(queue.get("events_count", 0)),
            int(queue.get("queue_size_in_bytes", 0)),
            int(queue.get("max_queue_size_in_bytes", 0)),
        )


async def figures(target: Node, connections: Connections) -> Mapping[str, float]:
    """From the same figures."""
    return samples((await connections.get(target, "stats", _STATS)).json())


def samples(stats: Value) -> dict[str, float]:
    """Pure. What is neither taken nor refused was there already."""
    main, second = documents(stats, MAIN), documents(stats, REFUSED)
    taken = main["successes"] + second["successes"]
    lost = refused(stats)
    process, memory = stats.get("process", {}), stats.get("jvm", {}).get("mem", {})
    return {
        "collector_lines_sent_total": int(pipeline(stats, MAIN).get("events", {}).get("out", 0)),
        "collector_lines_taken_total": taken,
        "collector_lines_repeated_total": max(0, main["non_retryable_failures"] - lost),
        "collector_lines_refused_total": lost,
        "collector_lines_dropped_total": dead(stats)["dropped"],
        "collector_backlog_lines": backlog(stats),
        "collector_memory_peak_bytes": int(memory.get("heap_used_in_bytes", 0)),
        "process_cpu_seconds_total": process.get("cpu", {}).get("total_in_millis", 0) / 1000,
    }


PROBE = Probe(component="logstash", read=read, inspect=inspect, figures=figures)
