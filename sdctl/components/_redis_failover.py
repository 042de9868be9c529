"""How long a Redis Cluster should be without a primary that died, by its node timeout."""

from __future__ import annotations

from sdctl.components.band import Band, RunsOut

_AGREE_S = 1.0
"""Each node pings another every second; with the pings goes whom it misses, until a majority does
(Redis cluster specification, failure detection)."""
_DELAY_S = (0.5, 1.0)
"""A replica waits 500 ms and a random time up to as much before it asks for votes (the same,
replica election)."""
_TIMER_S = 0.1
"""The cluster's timer, four times: to ask the silent node anew, to mark it, to plan the vote, to
call it (cluster_legacy.c: clusterCron)."""


def band(node_timeout_s: float) -> Band:
    """From the death to the vote for the next primary. No write waits for it: a cache that fails
    is a miss."""
    after_s = _AGREE_S + _DELAY_S[1] + 4 * _TIMER_S
    return Band(
        low_s=node_timeout_s + _DELAY_S[0],
        high_s=node_timeout_s + after_s,
        why=f"at least {node_timeout_s:g} s (node timeout) + {_DELAY_S[0]:g} s (the wait before "
        f"the vote), at most {node_timeout_s:g} s (node timeout) + {after_s:g} s (to agree that "
        "it is gone, and to vote)",
        of="failover",
        first=RunsOut(name="node timeout", low_s=node_timeout_s, high_s=node_timeout_s + _AGREE_S),
    )
