"""The contract: how one component's nodes are asked. Each file beside this one defines a ``PROBE``.

A component without a probe of its own is asked whether its first port takes a connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sdctl.observer.connections import Reach
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading, Table


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How to read a component's nodes. Both functions raise freely: an error is a reading.

    ``read`` takes all nodes of the component (some facts, such as lag, need several) and returns a
    reading per node; ``inspect`` returns the tier's live inside as tables. Both are given a
    ``Reach`` (``connections.py``). An error of ``read`` is one of all nodes, so it asks them with
    ``ask_each`` or ``read_each`` (``every_node.py``), where each node fails alone. ``users``: tiers
    whose nodes ``inspect`` is given too, after its own, because they know what those do for them.
    ``figures`` is for a server that does not speak Prometheus' language: a node's samples by name,
    counters ending in ``_total``.
    """

    component: str
    read: Callable[[tuple[Node, ...], Reach], Awaitable[list[Reading]]]
    inspect: Callable[[tuple[Node, ...], Reach], Awaitable[list[Table]]] | None = None
    users: tuple[str, ...] = ()
    figures: Callable[[Node, Reach], Awaitable[Mapping[str, float]]] | None = None
