"""Metrics: ready, how many nodes give it figures, and which alerts are on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import read_each
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Fact, Reading, Table

_FACTS = {
    "targets_up": "sum(up)",
    "targets_total": "count(up)",
    "series": "max(prometheus_tsdb_head_series)",
    "alerts": 'count(ALERTS{alertstate="firing"}) or vector(0)',
    "rules_failing": "max(prometheus_rule_group_last_evaluation_failures) or vector(0)",
}
_STORAGE = {
    "series": "max(prometheus_tsdb_head_series)",
    "samples_per_s": "max(tier:requests:rate{tier='metrics'})",
    "head_bytes": "max(prometheus_tsdb_head_chunks_storage_size_bytes)",
    "wal_bytes": "max(prometheus_tsdb_wal_storage_size_bytes)",
    "blocks_bytes": "max(prometheus_tsdb_storage_blocks_bytes)",
    "limit_bytes": "max(prometheus_tsdb_retention_limit_bytes)",
    "age_seconds": "time() - min(prometheus_tsdb_lowest_timestamp_seconds)",
}
Value = Mapping[str, Any]


def path(expressions: Mapping[str, str]) -> str:
    """Pure: one query for several expressions, each told by its label ``fact``."""
    parts = (
        f'label_replace(({expression}), "fact", "{name}", "", "")'
        for name, expression in expressions.items()
    )
    return f"/api/v1/query?query={quote(' or '.join(parts))}"


def values(answer: Value, names: Mapping[str, str]) -> dict[str, Fact]:
    """Pure: the values by name, in the order of ``names``; None for what has no sample yet."""
    found = {
        sample["metric"]["fact"]: float(sample["value"][1]) for sample in answer["data"]["result"]
    }
    return {name: round(found[name]) if name in found else None for name in names}


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each Prometheus for itself. That a node gives no figures is that node's trouble."""

    async def read_node(target: Node) -> Reading:
        ready, answer = await asyncio.gather(
            connections.get(target, "http", "/-/ready"),
            connections.get(target, "http", path(_FACTS)),
        )
        if ready.status != 200:
            raise BadAnswer("starting")
        return reading(target.name, answer.json())

    return await read_each(targets, read_node)


def reading(name: str, answer: Value) -> Reading:
    """Pure: ok when no rule fails."""
    facts = values(answer, _FACTS)
    failing = facts["rules_failing"]
    return Reading(
        name=name,
        health="failing" if failing else "ok",
        reason=f"{failing} rules cannot be evaluated" if failing else "",
        facts=facts,
    )


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Who gives figures and who does not, the alerts that are on, and the storage."""
    asked, rules, storage = await asyncio.gather(
        connections.get(targets[0], "http", "/api/v1/targets?state=active"),
        connections.get(targets[0], "http", "/api/v1/rules"),
        connections.get(targets[0], "http", path(_STORAGE)),
    )
    active = asked.json()["data"]["activeTargets"]
    groups = rules.json()["data"]["groups"]
    return [
        target_table(active),
        down_table(active),
        rule_table(groups),
        alert_table(groups),
        storage_table(storage.json()),
    ]


def target_table(active: Sequence[Value]) -> Table:
    """Pure: targets by job."""
    total = Counter(target["scrapePool"] for target in active)
    up = Counter(target["scrapePool"] for target in active if target["health"] == "up")
    slowest = {
        job: max(target["lastScrapeDuration"] for target in active if target["scrapePool"] == job)
        for job in total
    }
    rows = tuple((job, up[job], count, slowest[job]) for job, count in sorted(total.items()))
    return Table(title="targets", columns=("job", "up", "of", "slowest_seconds"), rows=rows)


def down_table(active: Sequence[Value]) -> Table:
    """Pure: the targets that are not up, and why."""
    rows = tuple(
        (target["labels"]["node"], target["scrapePool"], target["lastError"] or "not asked yet")
        for target in active
        if target["health"] != "up"
    )
    return Table(title="targets down", columns=("node", "job", "why"), rows=rows)


def rule_table(groups: Sequence[Value]) -> Table:
    """Pure: rules by group, and those that cannot be evaluated."""
    rows = tuple(
        (
            group["name"],
            sum(rule["type"] == "recording" for rule in group["rules"]),
            sum(rule["type"] == "alerting" for rule in group["rules"]),
            sum(rule["health"] == "err" for rule in group["rules"]),
            group["evaluationTime"],
        )
        for group in groups
    )
    columns = ("group", "recording", "alerting", "failing", "took_seconds")
    return Table(title="rules", columns=columns, rows=rows)


def alert_table(groups: Sequence[Value]) -> Table:
    """Pure: the alerts that are on, or will be if what they watch lasts."""
    rows = tuple(
        (rule["name"], alert["state"], alert["labels"].get("tier"), alert["annotations"]["summary"])
        for group in groups
        for rule in group["rules"]
        for alert in rule.get("alerts", ())
    )
    return Table(title="alerts", columns=("alert", "state", "tier", "what"), rows=rows)


def storage_table(answer: Value) -> Table:
    """Pure: what is kept; ``age`` is that of the oldest sample."""
    cells = values(answer, _STORAGE)
    return Table(title="storage", columns=tuple(cells), rows=(tuple(cells.values()),))


PROBE = Probe(component="prometheus", read=read, inspect=inspect)
