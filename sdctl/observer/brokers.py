"""Brokers: what RabbitMQ nodes say of their cluster and their queues, as readings. Pure.

Each node is judged by what it knows without asking another (its own metrics), so that a silent one
does not silence the rest. A queue's figures are where its leader is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sdctl.app.contract import DEAD_QUEUE, RETRY_QUEUES, WORK_QUEUE
from sdctl.state.snapshot import Fact, Reading, Role

_PREFIX = "rabbitmq_detailed_"


@dataclass(frozen=True, kw_only=True)
class Depth:
    """A queue's figures, as the node that leads it has them."""

    ready: int
    unacked: int
    consumers: int


@dataclass(frozen=True, kw_only=True)
class BrokerMetrics:
    """A node's own metrics."""

    memory_bytes: int | None = None
    terms: Mapping[str, int] = field(default_factory=dict)
    """The quorum queues that it is a member of, each with the last election that it knows of."""
    led: Mapping[str, Depth] = field(default_factory=dict)
    """Those that it leads, or led last as far as it knows."""

    @property
    def members(self) -> Set[str]:
        """The quorum queues that it is a member of."""
        return self.terms.keys()


@dataclass(frozen=True, kw_only=True)
class BrokerAnswers:
    """One node's answers."""

    metrics: BrokerMetrics
    nodes: Sequence[Mapping[str, Any]] | None
    """The cluster as it sees it; None when another node keeps it waiting."""
    alarm: str = ""


def parse_metrics(text: str) -> BrokerMetrics:
    """Samples of the families ``queue_coarse_metrics``, ``node_coarse_metrics``, ``ra_metrics``."""
    samples: dict[str, dict[str, int]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            queue = sample.labels.get("queue", "")
            samples[sample.name.removeprefix(_PREFIX)][queue] = int(sample.value)
    terms = {queue: term for queue, term in samples["raft_term_total"].items() if queue}
    ready, unacked = samples["queue_messages_ready"], samples["queue_messages_unacked"]
    return BrokerMetrics(
        memory_bytes=samples["process_resident_memory_bytes"].get(""),
        terms=terms,
        led={
            queue: Depth(
                ready=count,
                unacked=unacked.get(queue, 0),
                consumers=samples["queue_consumers"].get(queue, 0),
            )
            for queue, count in ready.items()
            if queue in terms
        },
    )


def host(node: object) -> str:
    """``rabbitmq-2`` from ``rabbit@rabbitmq-2``."""
    return str(node or "").partition("@")[2]


def claims(seen: Mapping[str, BrokerAnswers]) -> tuple[dict[str, str], set[str]]:
    """Queue → the node that leads it, where exactly one says so of the last election that anybody
    knows of; and the queues left to settle.

    A node that is cut off goes on counting itself as the leader, of an election that is over. A new
    leader has figures only after a moment.
    """
    last = {queue: _last_election(seen, queue) for queue in _known(seen)}
    claimed: dict[str, list[str]] = defaultdict(list)
    for name, answers in seen.items():
        for queue in answers.metrics.led:
            if answers.metrics.terms[queue] == last[queue]:
                claimed[queue].append(name)
    leaders = {queue: names[0] for queue, names in claimed.items() if len(names) == 1}
    return leaders, last.keys() - leaders.keys()


def _last_election(seen: Mapping[str, BrokerAnswers], queue: str) -> int:
    """The number of the last one that anybody knows of; 0: of none."""
    return max((answers.metrics.terms.get(queue, 0) for answers in seen.values()), default=0)


def _known(seen: Mapping[str, BrokerAnswers]) -> set[str]:
    """The quorum queues of which a node is a member."""
    return {queue for answers in seen.values() for queue in answers.metrics.members}


def listed_leaders(queues: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Queue → its leader, from the management API's list."""
    return {str(queue["name"]): host(queue["leader"]) for queue in queues if queue.get("leader")}


def settled(
    lists: Mapping[str, Sequence[Mapping[str, Any]]],
    queues: Set[str],
    seen: Mapping[str, BrokerAnswers],
) -> dict[str, str]:
    """Who leads these queues, from every node's own list: the one that names itself, else whom all
    name. A node that is behind, or has just started again, names whoever led before. One that knows
    only of an earlier election is not asked."""
    named = {node: listed_leaders(listed) for node, listed in lists.items()}
    terms = {node: answers.metrics.terms for node, answers in seen.items()}
    found = {}
    for queue in queues:
        last = _last_election(seen, queue)
        by = {
            node: leaders[queue]
            for node, leaders in named.items()
            if queue in leaders and terms.get(node, {}).get(queue, 0) == last
        }
        said = {leader for node, leader in by.items() if node == leader} or set(by.values())
        if len(said) == 1:
            found[queue] = said.pop()
    return found


def readings(
    seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str], total: int
) -> dict[str, Reading]:
    """A reading for each node that answered."""
    queues = _known(seen)
    first = leading(leaders, queues)
    most = {name for name, answers in seen.items() if 2 * len(_running(answers)) > total}
    made = {}
    for name, answers in seen.items():
        # who is with most of the nodes is not ill because others are cut off from them
        peers = most if name in most else seen.keys()
        reason = trouble(answers, total, frozenset(peers) - {name})
        reason = reason or without_copy(answers.metrics, queues)
        role: Role = "member"
        if first is not None:
            role = "leader" if name == first else "follower"
        led = sorted(queue for queue, leader in leaders.items() if leader == name)
        facts: dict[str, Fact] = {"queues_led": len(led), "leads": ", ".join(led)}
        if role == "leader":
            facts |= totals(seen, leaders)
        made[name] = Reading(
            name=name,
            role=role,
            health="failing" if reason else "ok",
            reason=reason,
            facts={**facts, "memory_bytes": answers.metrics.memory_bytes},
        )
    return made


def leading(leaders: Mapping[str, str], queues: Set[str] = frozenset()) -> str | None:
    """The leader of the work queue, None while it is not known; where there is no such queue yet,
    of most queues; None without queues."""
    if WORK_QUEUE in leaders or WORK_QUEUE in queues:
        return leaders.get(WORK_QUEUE)
    led = sorted(leaders.values())
    return max(led, key=led.count, default=None)


def trouble(seen: BrokerAnswers, total: int, peers: frozenset[str]) -> str:
    """Why a node is not ok; empty when it is. ``peers``: the other nodes that answer the observer.

    A dead peer is the peer's trouble, not this node's, as long as a majority is left; a living one
    that this node cannot see is a split.
    """
    if seen.nodes is None:
        return "a member does not answer it" if len(peers) == total - 1 else seen.alarm
    running = _running(seen)
    if len(seen.nodes) < total:
        return f"joining: {len(running)} of {total} nodes"
    if unseen := sorted(peers - running):
        return f"cut off from {', '.join(unseen)}"
    if 2 * len(running) <= total:
        return f"no majority: {len(running)} of {total} nodes run"
    return seen.alarm


def _running(seen: BrokerAnswers) -> set[str]:
    """The nodes that it sees; none where it does not say."""
    return {host(node.get("name")) for node in seen.nodes or () if node.get("running")}


def without_copy(metrics: BrokerMetrics, queues: Set[str]) -> str:
    """What a node says that is not a member of every queue; empty when it is. Until it is, a queue
    bears fewer lost nodes than the cluster has."""
    missing = sorted(queues - metrics.members)
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    return f"has no copy of {missing[0]}{more} yet" if missing else ""


def totals(seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str]) -> dict[str, Fact]:
    """The figures of the order queues. None: the leader of such a queue was not heard."""
    work = depth(WORK_QUEUE, seen, leaders)
    dead = depth(DEAD_QUEUE, seen, leaders)
    waiting = [depth(queue, seen, leaders) for queue in leaders if queue.startswith(RETRY_QUEUES)]
    heard = [queue.ready + queue.unacked for queue in waiting if queue is not None]
    return {
        "messages_ready": work.ready if work else None,
        "messages_unacked": work.unacked if work else None,
        "consumers": work.consumers if work else None,
        "retrying": sum(heard) if len(heard) == len(waiting) else None,
        "dead": dead.ready + dead.unacked if dead else None,
    }


def depth(
    queue: str, seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str]
) -> Depth | None:
    """A queue's figures, from its leader."""
    leader = seen.get(leaders.get(queue, ""))
    return leader.metrics.led.get(queue) if leader else None
