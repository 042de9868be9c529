"""The contract: how one component's nodes are asked. Each file beside this one defines a ``PROBE``.

A component without a probe of its own is asked whether its first port takes a connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.snapshot import Reading, Table


@dataclass(frozen=True, kw_only=True)
class Target:
    """A node to ask: its name is also its address."""

    name: str
    component: str
    tier: str
    ports: Mapping[str, int]
    everyone: tuple[str, ...] = ()
    """The names of all nodes of the stack, to know whose an address is."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """How to read a component's nodes. Both functions raise freely: an error is a reading.

    ``read`` takes all nodes of the component (some facts, such as lag, need several) and returns a
    reading per node; ``inspect`` returns the tier's live inside as tables. Both are given a
    ``Reach`` (``reach.py``). An error of ``read`` is one of all nodes, so it asks them with
    ``ask_each`` or ``read_each`` (``each.py``), where each node fails alone. ``users``: tiers
    whose nodes ``inspect`` is given too, after its own, because they know what those do for them.
    ``figures`` is for a server that does not speak Prometheus' language: a node's samples by name,
    counters ending in ``_total``.
    """

    component: str
    read: Callable[[tuple[Target, ...], Any], Awaitable[list[Reading]]]
    inspect: Callable[[tuple[Target, ...], Any], Awaitable[list[Table]]] | None = None
    users: tuple[str, ...] = ()
    figures: Callable[[Target, Any], Awaitable[Mapping[str, float]]] | None = None
