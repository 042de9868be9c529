"""Collector: what rsyslog has sent, what waits, what was refused or dropped. By its statistics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Reading, Table

INTERVAL_S = 2
"""Between two statistics, as rsyslog.conf says."""
_STATS = "/cgi-bin/stats"
Stats = Mapping[str, Sequence[Mapping[str, Any]]]
"""By name, oldest first: the counters of an action, of a queue, of the sender."""


def parse(text: str) -> Stats:
    """Pure: statistics from lines of a moment and a JSON object; the first may be cut off."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for line in text.splitlines():
        try:
            value = json.loads(line[line.index("{") :])
        except ValueError:
            continue
        if isinstance(value, dict) and "name" in value:
            found.setdefault(value["name"], []).append(value)
    return found


def last(stats: Stats, name: str, counter: str) -> int:
    """Pure: a counter's latest value, 0 where there is none."""
    seen = stats.get(name)
    return int(seen[-1].get(counter, 0)) if seen else 0


def backlog(stats: Stats) -> int:
    """Pure: lines that were read and are not in the search tier yet, in memory or on disk."""
    return sum(last(stats, name, "size") for name in stats if "queue" in name or name == "main Q")


def dropped(stats: Stats) -> int:
    """Pure: lines that no queue had room for. The configuration waits instead, so this stays 0."""
    return sum(
        last(stats, name, counter)
        for name in stats
        for counter in ("discarded.full", "discarded.nf")
    )


def rate(stats: Stats) -> float:
    """Pure: lines that the search tier took per second, over the last interval."""
    seen = [int(action.get("response.success", 0)) for action in stats.get("omelasticsearch", ())]
    return (seen[-1] - seen[-2]) / INTERVAL_S if len(seen) > 1 else 0.0


def reading(name: str, stats: Stats) -> Reading:
    """Pure. A backlog is no trouble of the collector: it is there to be one."""
    if "omelasticsearch" not in stats:
        raise BadAnswer("waiting for the search tier: no statistics yet")
    return Reading(
        name=name,
        health="ok",
        facts={
            "lines_per_s": round(rate(stats)),
            "backlog": backlog(stats),
            "refused": last(stats, "omelasticsearch", "response.badargument"),
            "dropped": dropped(stats),
        },
    )


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each collector for itself."""

    async def read_node(target: Node) -> Reading:
        return reading(target.name, await _stats(target, connections))

    return await read_each(targets, read_node)


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """What became of the lines, and the queues."""
    stats = await _stats(targets[0], connections)
    return [line_table(stats), now_table(stats), queue_table(stats)]


def line_table(stats: Stats) -> Table:
    """Pure: ``sent_again``: the search tier had them already, by their id."""
    sender = "omelasticsearch"
    row = (
        last(stats, sender, "submitted"),
        last(stats, sender, "response.success"),
        last(stats, sender, "response.duplicate"),
        last(stats, sender, "response.badargument"),
        last(stats, sender, "response.bulkrejection"),
        last(stats, sender, "failed.httprequests") + last(stats, sender, "failed.checkConn"),
        dropped(stats),
    )
    columns = ("sent", "taken", "had_already", "refused", "put_off", "search_away", "dropped")
    return Table(title="lines", columns=columns, rows=(row,))


def now_table(stats: Stats) -> Table:
    """Pure: what the search tier takes a second, and what waits for it."""
    row = (round(rate(stats)), backlog(stats))
    return Table(title="now", columns=("lines_per_s", "backlog"), rows=(row,))


def queue_table(stats: Stats) -> Table:
    """Pure: the queues, and what they have on disk."""
    rows = tuple(
        (
            _called(name),
            last(stats, name, "size"),
            last(stats, name, "maxqsize"),
            last(stats, name, "full"),
        )
        for name in sorted(stats)
        if "maxqsize" in stats[name][-1]
    )
    return Table(title="queues", columns=("queue", "waiting", "most", "full"), rows=rows)


def _called(queue: str) -> str:
    """rsyslog's name of a queue, in words: ``[DA]`` is the part of it that is on disk."""
    words = queue.removesuffix("[DA]").replace("main Q", "main queue")
    return f"{words} on disk" if queue.endswith("[DA]") else words


async def figures(target: Node, connections: Connections) -> Mapping[str, float]:
    """From the same statistics."""
    return samples(await _stats(target, connections))


def samples(stats: Stats) -> dict[str, float]:
    """Pure."""
    sender, usage = "omelasticsearch", "resource-usage"
    return {
        "collector_lines_sent_total": last(stats, sender, "submitted"),
        "collector_lines_taken_total": last(stats, sender, "response.success"),
        "collector_lines_repeated_total": last(stats, sender, "response.duplicate"),
        "collector_lines_refused_total": last(stats, sender, "response.badargument"),
        "collector_lines_dropped_total": dropped(stats),
        "collector_backlog_lines": backlog(stats),
        "collector_memory_peak_bytes": last(stats, usage, "maxrss") * 1024,
        "process_cpu_seconds_total": (last(stats, usage, "utime") + last(stats, usage, "stime"))
        / 1e6,
    }


async def _stats(target: Node, connections: Connections) -> Stats:
    answer = await connections.get(target, "stats", _STATS)
    if answer.status != 200:
        raise BadAnswer(f"HTTP {answer.status}")
    return parse(answer.body.decode(errors="replace"))


PROBE = Probe(component="rsyslog", read=read, inspect=inspect, figures=figures)
