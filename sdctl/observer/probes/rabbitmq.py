"""Queue: the cluster's members, and the queues with their leaders."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading, Role, Table

WORK, DEAD = "orders.work", "orders.dead"
_QUEUES = "queues?disable_stats=true&enable_queue_totals=true"
_CONSUMERS = "/metrics/detailed?family=queue_consumer_count"
Queue = Mapping[str, Any]


def reading(
    name: str, nodes: Sequence[Mapping[str, Any]], queues: Sequence[Queue], total: int
) -> Reading:
    """Pure: as this node itself sees the cluster."""
    running = sum(bool(each.get("running")) for each in nodes)
    reason = "" if running >= total else f"{running} of {total} nodes run"
    led = [queue for queue in queues if host(queue.get("leader")) == name]
    work = next((queue for queue in queues if queue["name"] == WORK), None)
    role: Role = "member"
    if work is not None:
        role = "leader" if host(work.get("leader")) == name else "follower"
    facts: dict[str, Fact] = {"queues_led": len(led)}
    if role == "leader" and work is not None:
        dead = next((queue for queue in queues if queue["name"] == DEAD), {})
        facts |= {
            "ready": work.get("messages_ready", 0),
            "unacked": work.get("messages_unacknowledged", 0),
            "retrying": sum(
                int(queue.get("messages") or 0)
                for queue in queues
                if str(queue["name"]).startswith("orders.retry")
            ),
            "dead": dead.get("messages", 0),
        }
    return Reading(
        name=name, role=role, health="failing" if reason else "ok", reason=reason, facts=facts
    )


def host(node: object) -> str:
    """``rabbitmq-2`` from ``rabbit@rabbitmq-2``."""
    return str(node or "").partition("@")[2]


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each node for itself."""

    async def one(target: Target) -> Reading:
        port = target.ports["management"]
        nodes, queues = await asyncio.gather(
            reach.queue(target.name, port, "nodes?disable_stats=true"),
            reach.queue(target.name, port, _QUEUES),
        )
        if not isinstance(nodes, list) or not isinstance(queues, list):
            return Reading(name=target.name, health="failing", reason="starting")
        return reading(target.name, nodes, queues, len(targets))

    return await read_each(targets, one)


def queue_table(queues: Sequence[Queue], consumers: Mapping[str, int]) -> Table:
    """Pure: every quorum queue, the work queue first."""
    columns = ("queue", "leader", "ready", "unacked", "consumers", "online", "state")
    rows = tuple(
        (
            str(queue["name"]),
            host(queue.get("leader") or queue.get("node")),
            queue.get("messages_ready", 0),
            queue.get("messages_unacknowledged", 0),
            consumers.get(str(queue["name"]), 0),
            f"{len(set(queue.get('online') or ()))}/{len(queue.get('members') or ())}",
            str(queue.get("state", "")),
        )
        for queue in sorted(queues, key=lambda queue: (queue["name"] != WORK, queue["name"]))
        if queue.get("type") == "quorum"
    )
    return Table(title="queues", columns=columns, rows=rows)


def consumer_counts(metrics: str) -> dict[str, int]:
    """Pure: consumers by queue, from the Prometheus text of one node."""
    found = re.findall(
        r'^rabbitmq_detailed_queue_consumers\{.*queue="([^"]+)".*\} (\d+)', metrics, re.M
    )
    return {queue: int(count) for queue, count in found}


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """Queues with their leaders, depths and consumers; dead letters; live notifications."""
    asked = [reach.queue(each.name, each.ports["management"], _QUEUES) for each in targets]
    told = [
        reach.text(f"http://{each.name}:{each.ports['metrics']}{_CONSUMERS}") for each in targets
    ]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    texts = await asyncio.gather(*told, return_exceptions=True)
    queues = next((each for each in answers if isinstance(each, list)), None)
    if queues is None:
        return [Table(title="queues", columns=("why",), rows=(("no node answers",),))]
    consumers: dict[str, int] = {}
    for text in texts:
        # a queue's consumers are known to the node that leads it
        for name, count in consumer_counts(text if isinstance(text, str) else "").items():
            consumers[name] = max(count, consumers.get(name, 0))
    hints = [queue for queue in queues if str(queue["name"]).startswith("notifications.")]
    return [
        queue_table(queues, consumers),
        Table(
            title="live notifications (a queue per replica)",
            columns=("queue", "node"),
            rows=tuple((str(each["name"]), host(each.get("node"))) for each in hints),
        ),
        _dead(queues),
    ]


def _dead(queues: Sequence[Queue]) -> Table:
    count = next((queue.get("messages", 0) for queue in queues if queue["name"] == DEAD), 0)
    rows = ((count, "sdctl dlq list shows them"),) if count else ()
    return Table(title="dead letters", columns=("count", "more"), rows=rows)


PROBE = Probe(component="rabbitmq", read=read, inspect=inspect)
