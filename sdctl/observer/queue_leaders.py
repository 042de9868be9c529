"""Which node leads which queue, from what each says. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sdctl.observer.broker_answers import BrokerAnswers, host


def claims(seen: Mapping[str, BrokerAnswers]) -> tuple[dict[str, str], set[str]]:
    """Queue → the node that leads it, where exactly one says so of the last election that anybody
    knows of; and the queues left to settle.

    A node that is cut off goes on counting itself as the leader, of an election that is over. A new
    leader has figures only after a moment.
    """
    last = {queue: _last_election(seen, queue) for queue in known_queues(seen)}
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


def known_queues(seen: Mapping[str, BrokerAnswers]) -> set[str]:
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
