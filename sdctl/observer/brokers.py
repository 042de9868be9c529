"""Brokers: what RabbitMQ nodes say of their cluster and their queues, as readings. Pure.

Each node is judged by what it knows without asking another (its own metrics), so that a silent one
does not silence the rest. A queue's figures are where its leader is.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from sdctl.app.contract import DEAD_QUEUE, RETRY_QUEUES, WORK_QUEUE
from sdctl.observer.broker_answers import BrokerAnswers, BrokerMetrics, Depth, host
from sdctl.observer.queue_leaders import known_queues
from sdctl.state.snapshot import Fact, Reading, Role


def readings(
    seen: Mapping[str, BrokerAnswers], leaders: Mapping[str, str], total: int
) -> dict[str, Reading]:
    """A reading for each node that answered."""
    queues = known_queues(seen)
    first = leader_of_work(leaders, queues)
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


def leader_of_work(leaders: Mapping[str, str], queues: Set[str] = frozenset()) -> str | None:
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
