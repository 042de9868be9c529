"""Queue: the cluster's members, and the queues with their leaders."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sdctl.app.contract import WORK_QUEUE
from sdctl.observer import broker_answers, brokers, queue_leaders
from sdctl.observer.broker_answers import BrokerAnswers
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, in_order
from sdctl.observer.failures import why
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.observer.streams import BadAnswer
from sdctl.state.snapshot import Reading, Table

_FAMILIES = ("queue_coarse_metrics", "queue_consumer_count", "node_coarse_metrics", "ra_metrics")
_METRICS = "/metrics/detailed?" + "&".join(f"family={family}" for family in _FAMILIES)
_NODES = "/api/nodes?disable_stats=true"
_QUEUES = "/api/queues?disable_stats=true&enable_queue_totals=true"
_ALARMS = "/api/health/checks/local-alarms"
# A node asks its peers for some answers and waits for a silent one until the net tick, so these
# get less than the deadline: the node itself did answer.
_PEERS_S = 0.35
_SETTLE_S = 0.4
Queue = Mapping[str, Any]
T = TypeVar("T")


async def _ask(target: Node, connections: Connections) -> BrokerAnswers:
    metrics, nodes, alarms = await asyncio.gather(
        connections.get(target, "metrics", _METRICS),
        _nodes(target, connections),
        connections.get(target, "management", _ALARMS),
    )
    if metrics.status != 200 or alarms.status not in (200, 503):
        raise BadAnswer("starting")
    alarm = "" if alarms.status == 200 else str(alarms.json(503).get("reason", "an alarm"))
    return BrokerAnswers(
        metrics=broker_answers.parse_metrics(metrics.body.decode()), nodes=nodes, alarm=alarm
    )


async def _nodes(target: Node, connections: Connections) -> Sequence[Mapping[str, Any]] | None:
    try:
        async with asyncio.timeout(_PEERS_S):
            answer = await connections.get(target, "management", _NODES)
    except TimeoutError:
        return None
    if answer.status in (404, 503):
        raise BadAnswer("starting")
    value: Sequence[Mapping[str, Any]] = answer.json()
    return value


async def _list(target: Node, connections: Connections) -> list[Queue] | None:
    """All queues, as a node has them; None when it does not answer."""
    try:
        async with asyncio.timeout(_PEERS_S):
            value: list[Queue] = (await connections.get(target, "management", _QUEUES)).json()
            return value
    except Exception as error:
        if why(error) is None:
            raise
    return None


async def _lists(targets: Sequence[Node], connections: Connections) -> dict[str, list[Queue]]:
    """What each of these nodes lists, without those that do not answer."""
    lists = await asyncio.gather(*(_list(target, connections) for target in targets))
    pairs = zip(targets, lists, strict=True)
    return {target.name: queues for target, queues in pairs if queues is not None}


async def _survey(
    targets: tuple[Node, ...], connections: Connections
) -> tuple[dict[str, BrokerAnswers], dict[str, str], dict[str, Reading]]:
    """What each node says, the queues' leaders, and the readings of those that say nothing."""
    asking = [
        asyncio.create_task(ask_each((target,), lambda target: _ask(target, connections)))
        for target in targets
    ]
    # while a silent node has the rest of its time, the others settle who leads
    await asyncio.wait(asking, timeout=_SETTLE_S)
    heard = _merged(task.result()[0] for task in asking if task.done())
    leaders, unsettled = queue_leaders.claims(heard)
    if unsettled:
        answering = [target for target in targets if target.name in heard]
        leaders |= queue_leaders.settled(await _lists(answering, connections), unsettled, heard)
    results = await asyncio.gather(*asking)
    return _merged(r[0] for r in results), leaders, _merged(r[1] for r in results)


def _merged(parts: Iterable[Mapping[str, T]]) -> dict[str, T]:
    return {name: value for part in parts for name, value in part.items()}


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each node for itself; then who leads what."""
    seen, leaders, failures = await _survey(targets, connections)
    return in_order(targets, {**brokers.readings(seen, leaders, len(targets)), **failures})


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Queues, dead letters and nodes."""
    seen, leaders, failures = await _survey(targets, connections)
    found = in_order(targets, {**brokers.readings(seen, leaders, len(targets)), **failures})
    lists = await _lists([target for target in targets if target.name in seen], connections)
    tables = [node_table(found)]
    queues = next(iter(lists.values()), None)
    if queues is not None:
        tables = [queue_table(queues, seen, leaders), *tables, dead_table(seen, leaders)]
    return tables


def _order(queue: Queue) -> tuple[bool, list[tuple[str, int]]]:
    """The queue of work first, the others by name, and numbers in names as numbers."""
    words = re.findall(r"(\D*)(\d*)", str(queue["name"]))
    return queue["name"] != WORK_QUEUE, [(word, int(number or 0)) for word, number in words]


def queue_table(
    queues: Sequence[Queue], seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str]
) -> Table:
    """Pure: every quorum queue, and the others as one line: they are the app's live streams."""
    columns = ("queue", "type", "leader", "ready", "unacked", "consumers", "online")
    rows = []
    for queue in sorted(queues, key=_order):
        if queue.get("type") != "quorum":
            continue
        name = str(queue["name"])
        depth = brokers.depth(name, seen, leaders)
        members = f"{len(set(queue.get('online', ())))}/{len(queue.get('members', ()))}"
        figures = (depth.ready, depth.unacked, depth.consumers) if depth else (None, None, None)
        rows.append((name, "quorum", leaders.get(name, "none"), *figures, members))
    others = [queue for queue in queues if queue.get("type") != "quorum"]
    if others:
        ready = sum(int(queue.get("messages_ready") or 0) for queue in others)
        title = f"{len(others)} × live notifications"
        rows.append((title, "classic", None, ready, None, None, None))
    return Table(title="queues", columns=columns, rows=tuple(rows))


def dead_table(seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str]) -> Table:
    """Pure: what is waiting for a decision."""
    count = brokers.totals(seen, leaders)["dead"]
    rows = ((count, "sdctl dlq list"),) if count else ()
    return Table(title="dead letters", columns=("count", "show them"), rows=rows)


def node_table(found: Sequence[Reading]) -> Table:
    """Pure: from the readings."""
    names = ("queues_led", "memory_bytes")
    rows = tuple((r.name, r.role, *map(r.facts.get, names), r.reason) for r in found)
    return Table(title="nodes", columns=("node", "role", *names, "why not ok"), rows=rows)


PROBE = Probe(component="rabbitmq", read=read, inspect=inspect)
