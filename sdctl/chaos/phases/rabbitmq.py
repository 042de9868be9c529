"""RabbitMQ's quorum queues: each is a Raft group of its own (ra 2.14, ra_server_proc.erl)."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.app.contract import WORK_QUEUE
from sdctl.chaos.phases.phases import Failover, LogLine, matching

_QUEUE = r"\] <[\d.]+> queue '(?P<queue>[^']*)' in vhost '[^']*': "
_MISSED = _QUEUE + r"Leader (?:node|monitor) "
_FOLLOWS = _QUEUE + r"detected a new leader \{.*'rabbit@(?P<leader>[^']+)'\}"
_LEADS = _QUEUE + "candidate -> leader in term"


def read(lines: Sequence[LogLine], target: str) -> Failover:
    """Of the queues that the node led, taken together. detected: a member of one of them missed
    its leader. elected: the last of them has a leader that another member follows. promoted: the
    last of these leads. leader: of the queue of work, where that is one of them.
    """
    others = [line for line in lines if line.node != target]
    leads = {match["queue"]: line for line, match in matching(others, _LEADS)}
    if not leads:
        return Failover()
    missed = [line.at for line, match in matching(others, _MISSED) if match["queue"] in leads]
    elected = {queue: line.at for queue, line in leads.items()}
    for line, match in matching(others, _FOLLOWS):
        queue = match["queue"]
        if queue in leads and match["leader"] == leads[queue].node:
            # a follower may write it before the leader does
            elected[queue] = min(elected[queue], line.at)
    last = max(leads.values(), key=lambda line: line.at)
    return Failover(
        detected=min((at for at in missed if at <= max(elected.values())), default=None),
        elected=max(elected.values()),
        promoted=last.at,
        leader=leads.get(WORK_QUEUE, last).node,
    )


PHASES = read
