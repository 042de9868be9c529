"""Cache: a Redis Cluster that every node joins by itself."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import ORDERS
from sdctl.components import _redis_failover
from sdctl.components.band import Band
from sdctl.components.canary_step import CanaryOrder, CanaryStep
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, Image, Login, Node, Port, Rest, Secret
from sdctl.components.published import Published
from sdctl.components.settings import (
    MEMORY_MOST,
    Count,
    Duration,
    FirstHostPort,
    Settings,
    Size,
    within,
)
from sdctl.components.under_fault import Alone, Flush, Successor
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.foundation.units import write_size

SLOTS = 16384
_PROCESS = 16 * 1024**2
"""What one node takes besides its data: the program, buffers of its clients and replicas."""


class CacheSettings(Settings):
    """Settings of the cache."""

    memory: Size = Field(128 * 1024**2, ge=24 * 1024**2, le=MEMORY_MOST)
    masters: Count = Field(3, ge=3, le=16)
    """How many primaries. Redis Cluster needs three to agree on a failure."""
    replicas_per_master: Count = Field(1, ge=0, le=3)
    """Replicas of each primary; each can take over from it."""
    max_memory: Size = Field(64 * 1024**2, ge=4 * 1024**2, le=MEMORY_MOST)
    """Memory for the data of one node; beyond it the eviction policy decides. Redis counts what
    it needs for itself, 2.1 to 2.4 MB, as well: with less no data fits at all."""
    eviction: Literal["allkeys-lru", "allkeys-lfu", "volatile-ttl", "noeviction"] = "allkeys-lru"
    """What goes when the memory is full; with `noeviction` nothing goes and nothing new comes."""
    ttl: Duration = within(60.0, bounds.CACHE_TTL_S)
    """How long a cached answer lives."""
    node_timeout: Duration = Field(2.0, ge=0.5, le=60)
    """After this time a silent node counts as failing."""
    port: FirstHostPort = 6379
    """First host port, when exposed."""

    @property
    def count(self) -> int:
        """Masters and their replicas."""
        return self.masters * (1 + self.replicas_per_master)

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """The data against the memory: a quarter more of it is lost between its pieces."""
        least = self.max_memory + self.max_memory // 4 + _PROCESS
        if least > self.memory:
            yield Problem(
                "cache.max_memory",
                f"{write_size(self.max_memory)} of data does not fit into cache.memory "
                f"({write_size(self.memory)}): at least {-(-least // 1024**2)}mb",
            )


def nodes(settings: CacheSettings, plan: Plan) -> tuple[Node, ...]:
    """The first ``masters`` nodes start as masters, the others as their replicas in turn."""
    return Layout(
        component="redis",
        tier="cache",
        settings=settings,
        rest=Rest(memory=5 * 1024**2, processors=0.0066, scraped=0.0014),
        image=Image(name="redis", size=10 * 1024**2, build_s=10),
        networks=(DATA,),
        env={
            "CACHE_PASSWORD": Secret("cache"),
            "CACHE_CLUSTER": Secret(
                "cache_cluster", kind="mark", of=f"{settings.masters}of{settings.count}"
            ),
            "CACHE_NODES": ",".join(plan.hosts("cache")),
            "CACHE_MASTERS": str(settings.masters),
        },
        ports=(
            Port(
                name="redis",
                number=6379,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("cache")),
            ),
        ),
        volumes={"data": "/data"},
        processes=64,
    ).expand()


def predict(settings: CacheSettings, how: str) -> Band | None:
    """From the fault to the next master; Redis that is told to stop hands nothing over.

    None for ``crash``: the engine may start the master again before it is missed. None for
    ``pause``: it depends on when it was last asked.
    """
    if how not in ("kill", "stop", "partition") or settings.replicas_per_master == 0:
        return None
    return _redis_failover.band(settings.node_timeout)


_CLI = 'REDISCLI_AUTH="$CACHE_PASSWORD" exec redis-cli -c -h "$NODE_NAME" "$@"'
_FLUSHES = (
    'said=$(REDISCLI_AUTH="$CACHE_PASSWORD" redis-cli -h "$NODE_NAME" INFO commandstats) || exit; '
    "printf %s \"$said\" | sed -n 's/^cmdstat_flushall:calls=\\([0-9]*\\).*/\\1/p' "
    "| grep . || echo 0"
)
"""The server's own count, which has no such line before the first."""

PUBLISHED = (
    Published(
        name="Redis Cluster, node timeout 15 s",
        low_s=16,
        high_s=17,
        source="Redis cluster specification: the node timeout and usually 1 or 2 s; "
        "the sample redis.conf's timeout",
    ),
)


def _read_twice(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    return (HttpRequest(path=f"{ORDERS}/{order.id}"),) * 2


def _hit(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return "a hit" if answers[-1].headers.get("x-cache") == "hit" else ""


CANARY = (CanaryStep(what="answers a second read", asks=_read_twice, seen=_hit),)

FIGURES = {
    "slots": "How many slots this primary has. Redis Cluster divides all keys into 16,384 slots.",
    "slot_ranges": "Which slots this primary has. A fault of `cache:owner-of=KEY` hits the primary "
    "that has the slot of this key.",
    "ops_per_s": "Commands that this node did in the last second.",
    "evictions": "Keys that were thrown out since the node was started, because its memory "
    "(`cache.max_memory`) was full.",
    "refused": "Commands that were refused since the node was started, because its memory was "
    "full and nothing could be thrown out.",
    "keys": "Keys that this node holds now.",
    "used_memory_bytes": "Memory that Redis uses, with what it needs for itself.",
    "replica_of": "The primary that this replica copies. It takes over when that primary dies.",
    "lag_bytes": "How many bytes of its leader's writes this node does not have yet. 0 means that "
    "it has everything.",
}
"""What its probe tells of a node."""


def owns(facts: Mapping[str, object], key: str) -> bool:
    """Whether a node with these facts is the primary of a key: CRC16 of the key, or of what stands
    in its first braces, modulo 16384 (Redis cluster specification, hash tags)."""
    tag = re.search(r"\{([^}]*)\}", key)
    slot = binascii.crc_hqx(((tag and tag[1]) or key).encode(), 0) % SLOTS
    ranges = (text.partition("-") for text in str(facts.get("slot_ranges") or "").split(", "))
    return any(int(first) <= slot <= int(last or first) for first, _, last in ranges if first)


COMPONENT = Component(
    name="redis",
    tier="cache",
    summary="response cache (Redis Cluster)",
    explained=(
        "The cache keeps answers that were read before, so that the same read does not go to the "
        "database again. "
        "It is a Redis Cluster: several primaries share the keys, and each has replicas that can "
        "take over from it. "
        "Without the cache the service goes on: reads go to the database."
    ),
    figures=FIGURES,
    settings=CacheSettings,
    nodes=nodes,
    shell=("sh", "-c", _CLI, "redis-cli"),
    crash=("sh", "-c", "kill -KILL $(pgrep -x redis-server)"),
    leads=True,
    used_by_service=True,
    successor=Successor(called="a new primary", meanwhile="reads came from the database"),
    alone=Alone(
        meanwhile="reads of its keys come from the database, and the cache takes no write of them",
        cure="cache.replicas_per_master=1",
    ),
    flush=Flush(
        command=("sh", "-c", _CLI, "redis-cli", "FLUSHALL"),
        keys=("sh", "-c", _CLI, "redis-cli", "DBSIZE"),
        flushes=("sh", "-c", _FLUSHES),
    ),
    holders={"owner-of": owns},
    predict=predict,
    published=PUBLISHED,
    connection=ClientUrl(url="redis://:{cache}@{first}", port="redis"),
    canary=CANARY,
)
