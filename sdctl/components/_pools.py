"""Who connects to a store, and how often: the pools of the services against what it lets in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sdctl.components.settings import Settings
from sdctl.foundation.errors import Problem

_PROBE = 1
"""Each process asks each node what it is, over a connection of its own (role_probe.py)."""
OTHERS = 10
"""Patroni 2, the observer 1, the metrics 2, kept back for administrators 3, a shell 2."""


def pool_conflicts(
    tier: str,
    most: int,
    pool_size: int | None,
    others: Mapping[str, Settings],
    clients: tuple[str, ...],
) -> Iterator[Problem]:
    """When all replicas of ``clients`` fill their pools to one node of ``tier``, which lets in
    ``most``. ``pool_size`` None: each client has a setting of its own for it."""
    wanted, parts = OTHERS, []
    for client in clients:
        if client not in others:
            continue
        settings: Any = others[client]
        size = settings.pool_size if pool_size is None else pool_size
        where = f"{client if pool_size is None else tier}.pool_size"
        # a cluster's own autoscaler may make more of them
        count, most_by = max(
            (settings.count, "replicas"), (settings.autoscale_max, "autoscale_max")
        )
        wanted += count * (size + _PROBE)
        parts.append(f"{client}.{most_by} ({count}) × ({where} ({size}) + {_PROBE})")
    if wanted > most:
        yield Problem(
            f"{tier}.max_connections",
            f"{most} is too few for {' + '.join(parts)} + {OTHERS} for all others: "
            f"at least {wanted}",
        )
