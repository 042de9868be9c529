"""MongoDB: structured log lines, told apart by their ids (MongoDB's source, since 4.4:
replication_coordinator_impl_elect_v1.cpp, replication_coordinator_impl.cpp).

Read from the source and from others' logs: no MongoDB has been run with this.
"""

from __future__ import annotations

from collections.abc import Sequence

from sdctl.chaos.phases.phases import Failover, LogLine, first, moment

_STARTS = r'"id":\s*(?:4615652|4615661)\b'
_WON = r'"id":\s*21450\b'
_WRITABLE = r'"id":\s*21331\b'


def read(lines: Sequence[LogLine], target: str) -> Failover:
    """detected: a member starts an election, having seen no primary for the election timeout or
    having been asked to. elected: it won. promoted: it permits writes."""
    won = first(lines, _WON)
    if won is None:
        return Failover()
    winner = [line for line in lines if line.node == won.node]
    return Failover(
        detected=moment(first([line for line in winner if line.at <= won.at], _STARTS)),
        elected=won.at,
        promoted=moment(first([line for line in winner if line.at >= won.at], _WRITABLE)),
        leader=won.node,
    )


PHASES = read
