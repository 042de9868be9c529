"""The cache's topology, as the cluster client of redis-py reads it: which node has which slots."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig

from sdctl.app.config import CACHE_PORT

CONNECT_TIMEOUT_S = 0.5
TIMEOUT_S = 4.0

ERRORS = (RedisError, RedisClusterException)
"""All that redis-py raises of its own: what it says of a cluster is not of the first kind."""

_StartupNode: Callable[[str, int], ClusterNode] = ClusterNode


async def read(hosts: Sequence[str], password: str, connections: int) -> Any:
    """A client that knows the topology, with at most so many connections to a node. Whatever it
    raises, nothing stays open."""
    # Always from the configured names: after a restart the known addresses may be gone.
    asked = random.sample(hosts, len(hosts))
    cluster: Any = RedisCluster(
        startup_nodes=[_StartupNode(host, CACHE_PORT) for host in asked],
        password=password or None,
        require_full_coverage=False,
        max_connections=connections,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        socket_keepalive=True,
        # each of these would be one more command at every connect
        driver_info=None,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await cluster.nodes_manager.initialize()
        if not cluster.nodes_manager.slots_cache:
            raise RedisError("no slots are assigned yet")
    except Exception:
        await close(cluster)
        raise
    return cluster


def primaries(cluster: Any) -> list[str]:
    """The primary of each slot that has one, in the order of the slots."""
    if cluster is None:
        return []
    slots = cluster.nodes_manager.slots_cache
    return [slots[slot][0].name for slot in sorted(slots)]


async def close(cluster: Any) -> None:
    """Close all its connections; nothing without a client."""
    if cluster is not None:
        for attribute in ("nodes_cache", "startup_nodes"):
            with contextlib.suppress(*ERRORS, OSError):
                await cluster.nodes_manager.aclose(attribute)
