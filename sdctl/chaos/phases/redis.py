"""Redis Cluster: a replica that hears its master is failing asks the masters for their votes
(Redis 8.0, cluster_legacy.c)."""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.chaos.phases.phases import Failover, LogLine, first, matching, moment

_FAILING = (
    r"Marking node (\w{40}) .*as failing",
    r"FAIL message received from \w{40} .*about (\w{40})",
)
_WON = r"Failover election won"
_OWNS = r"configEpoch set to \d+ after successful failover"
_STARTED = r"Ready to accept connections"


def read(lines: Sequence[LogLine], target: str) -> Failover:
    """detected: a majority of the masters agreed that it fails. elected: a replica has their votes.
    promoted: that replica owns the slots.

    A master that is back within the node timeout is never marked: nobody is elected, and that
    anyone noticed is not told.
    """
    won = first(lines, _WON)
    if won is None:
        back = first([line for line in lines if line.node == target], _STARTED)
        if back is None:
            return Failover()
        return Failover(promoted=back.at, leader=target, in_place=True)
    marks = [
        (line, match[1] or match[2])
        for line, match in matching(lines, *_FAILING)
        if line.at <= won.at
    ]
    # of several failing nodes: the one that the new master heard of, which was its own
    masters = [failing for line, failing in marks if line.node == won.node]
    detected = [line.at for line, failing in marks if masters and failing == masters[-1]]
    owns = first(
        (line for line in lines if line.node == won.node and line.at >= won.at - 0.001), _OWNS
    )
    return Failover(
        detected=min(detected, default=None),
        elected=won.at,
        promoted=moment(owns),
        leader=won.node,
    )


PHASES = read
