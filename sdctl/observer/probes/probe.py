"""The contract: how one component's nodes are asked. Each file beside this one defines a ``PROBE``.

A component without a probe of its own is asked whether its first port takes a connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sdctl.observer.connections import Connections
from sdctl.observer.held import Held
from sdctl.observer.node import Node
from sdctl.state.snapshot import Reading, Table


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How to read a component's nodes. Both functions raise freely: an error is a reading.

    ``read`` takes all nodes of the component, because some facts (such as lag) need several. It
    returns a reading per node. An error of ``read`` counts for all nodes. So it asks them with
    ``ask_each`` or ``read_each`` (``every_node.py``), where each node fails alone.
    ``inspect`` returns what is live in the tier, as tables. ``users`` are tiers whose nodes
    ``inspect`` gets too, after its own: they know what the tier does for them.
    ``figures`` is for a server without Prometheus' text format. It returns a node's samples by
    name; counters end in ``_total``.
    ``holds`` is for a store (``Component.keeps_writes``). It returns what one node holds of a
    run's writes; their keys begin with ``<run>-``.
    """

    component: str
    read: Callable[[tuple[Node, ...], Connections], Awaitable[list[Reading]]]
    inspect: Callable[[tuple[Node, ...], Connections], Awaitable[list[Table]]] | None = None
    users: tuple[str, ...] = ()
    figures: Callable[[Node, Connections], Awaitable[Mapping[str, float]]] | None = None
    holds: Callable[[Node, Connections, str], Awaitable[Held]] | None = None
