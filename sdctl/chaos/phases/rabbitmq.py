"""RabbitMQ's quorum queues: each is a Raft group of its own (ra 2.14, ra_server_proc.erl)."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.chaos.phases.phases import Failover, Line, matching

_QUEUE = r"queue '(?P<queue>[^']*)' in vhost '[^']*': "
_MISSED = _QUEUE + r"(?:Leader (?:node|monitor) .*down|.*election called for)"
_WON = _QUEUE + r"candidate -> leader in term"
_FOLLOWED = _QUEUE + r"detected a new leader"


def read(lines: Sequence[Line], target: str) -> Failover:
    """Of the queues that the node led, taken together. detected: the first of their members missed
    its leader. elected: the last of them has a new one. promoted: the others follow it, so it takes
    messages.
    """
    others = [line for line in lines if line.node != target]
    won = {match["queue"]: line for line, match in matching(others, _WON)}
    if not won:
        return Failover()
    elected = max(won.values(), key=lambda line: line.at)
    detected = [
        line.at
        for line, match in matching(others, _MISSED)
        if match["queue"] in won and line.at <= won[match["queue"]].at
    ]
    promoted = [
        min(
            (
                line.at
                for line, match in matching(others, _FOLLOWED)
                if match["queue"] == queue and line.at >= line_won.at
            ),
            default=None,
        )
        for queue, line_won in won.items()
    ]
    return Failover(
        detected=min(detected, default=None),
        elected=elected.at,
        promoted=None if None in promoted else max(at for at in promoted if at is not None),
        leader=elected.node,
    )


PHASES = read
