"""What a stack takes of a machine, from what its nodes were measured to take. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sdctl.components.node import Node
from sdctl.design.topology import Topology

_SHARE = 0.5
_REQUEST_CPU_S = 0.0034
"""CPU time of a request: on 2 cores, 500 a second on all of `standard`, with the generator, left as
little as 14% idle (docs/measured.md): 2 × 0.86 / 500."""
_UNMEASURED = 0.5
"""Of its limit, for a node of which nobody measured anything."""


def memory(nodes: Iterable[Node]) -> int:
    """Bytes, with the stack at rest."""
    return sum(node.rest.memory if node.rest else int(node.memory * _UNMEASURED) for node in nodes)


def processors(nodes: Iterable[Node]) -> float:
    """Of one processor, with the stack at rest."""
    at_rest = [node.rest for node in nodes if node.rest]
    asked = any(rest.asks for rest in at_rest)
    return sum(rest.processors + rest.scraped * asked for rest in at_rest)


def comfortable_rate(processors: int) -> int:
    """Requests a second that leave about half of the processors idle, with all tiers and the load
    generator on them: a round number, at least 50."""
    most = _SHARE * processors / _REQUEST_CPU_S
    tens = int(10 ** int(math.log10(most)))
    return max(50, next(step * tens for step in (5, 2, 1) if step * tens <= most))


def disk_at_most(topology: Topology) -> int:
    """Bytes that the stack's data may grow to, where its settings say."""
    return sum(settings.disk_at_most for settings in topology.profile.settings.values())
