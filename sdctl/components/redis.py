"""Cache: a Redis Cluster that every node joins by itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sdctl.components.component import Component, Connection, Layout
from sdctl.prediction import Band
from sdctl.settings import Duration, Settings, Size
from sdctl.topology import Image, Node, Plan, Port, Secret


class Cache(Settings):
    """Settings of the cache."""

    memory: Size = 128 * 1024**2
    masters: int = Field(3, ge=3, le=16)
    """Redis Cluster needs three to agree on a failure."""
    replicas_per_master: int = Field(1, ge=0, le=3)
    max_memory: Size = Field(64 * 1024**2, ge=2 * 1024**2)
    """Of the data of one node; beyond it the eviction policy decides."""
    eviction: Literal["allkeys-lru", "allkeys-lfu", "volatile-ttl", "noeviction"] = "allkeys-lru"
    ttl: Duration = Field(60.0, gt=0)
    """How long a cached answer lives."""
    node_timeout: Duration = Field(2.0, ge=0.5)
    """After it a silent node counts as failing."""
    port: int = Field(6379, ge=1, le=65000)
    """First host port, when exposed."""

    @property
    def count(self) -> int:
        """Masters and their replicas."""
        return self.masters * (1 + self.replicas_per_master)


def nodes(settings: Cache, plan: Plan) -> tuple[Node, ...]:
    """The first ``masters`` nodes start as masters, the others as their replicas in turn."""
    return Layout(
        component="redis",
        tier="cache",
        settings=settings,
        image=Image(name="redis"),
        networks=("data",),
        env={
            "CACHE_PASSWORD": Secret("cache"),
            "CACHE_NODES": ",".join(plan.hosts("cache")),
            "CACHE_MASTERS": str(settings.masters),
        },
        ports=(
            Port(
                name="redis",
                number=6379,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
            ),
        ),
        volumes={"data": "/data"},
    ).expand()


_AGREE_S = 1.0
"""Each node pings another every second; with the pings goes whom it misses, until a majority does
(Redis cluster specification, failure detection)."""
_DELAY_S = (0.5, 1.0)
"""A replica waits 500 ms and a random time up to as much before it asks for votes (the same,
replica election)."""
_TIMER_S = 0.1
"""The cluster's timer, four times: to ask the silent node anew, to mark it, to plan the vote, to
call it (cluster_legacy.c: clusterCron)."""


def predict(settings: Cache, how: str) -> Band | None:
    """From the fault to the next master; Redis that is told to stop hands nothing over.

    No write waits for it: a cache that fails is a miss. None for ``crash``: the engine may start
    the master again before it is missed. None for ``pause``: it depends on when it was last asked.
    """
    if how not in ("kill", "stop") or settings.replicas_per_master == 0:
        return None
    after_s = _AGREE_S + _DELAY_S[1] + 4 * _TIMER_S
    return Band(
        low_s=settings.node_timeout + _DELAY_S[0],
        high_s=settings.node_timeout + after_s,
        why=f"node timeout {settings.node_timeout:g} s + {_DELAY_S[0]:g} s before the vote … "
        f"+ {after_s:g} s to agree and vote",
        of="failover",
    )


_CLI = 'REDISCLI_AUTH="$CACHE_PASSWORD" exec redis-cli -c -h "$NODE_NAME" "$@"'

COMPONENT = Component(
    name="redis",
    tier="cache",
    summary="response cache (Redis Cluster)",
    settings=Cache,
    nodes=nodes,
    shell=("sh", "-c", _CLI, "redis-cli"),
    crash=("sh", "-c", "kill -KILL $(pgrep -x redis-server)"),
    leads=True,
    predict=predict,
    connection=Connection(url="redis://:{cache}@{first}", port="redis"),
)
