"""Documents: the settings that MongoDB and its stand-in share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field

from sdctl.app import bounds
from sdctl.app.contract import EVENTS
from sdctl.components._patroni import Fencing, lease_conflicts
from sdctl.components._pools import pool_conflicts
from sdctl.components.canary_step import CanaryOrder, CanaryStep, all_hold
from sdctl.components.settings import (
    MEMORY_MOST,
    Count,
    Duration,
    FirstHostPort,
    Settings,
    Size,
    within,
)
from sdctl.components.under_fault import Alone
from sdctl.components.variant import AUTO, VariantSetting
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest

WIRE_PORT = 27017
PROCESSES = 160 * 1024**2
"""What a node of the stand-in takes besides its buffers: Patroni, FerretDB, the server's own."""


EXPLAINED = (
    "The document store keeps events, which can be any JSON object. "
    "One node leads and takes the writes, and the others follow it. "
)
"""Of either server; each adds its own sentence."""


ALONE = Alone(meanwhile="no event is taken, and none can be read", cure="documents.nodes=3")


class DocumentsSettings(Settings):
    """Settings of the document store, whichever server it is."""

    scales_by = "nodes"

    server: Annotated[str, VariantSetting("documents")] = AUTO
    """auto: MongoDB where its image can be pulled, else FerretDB, which is built here."""
    memory: Size = Field(512 * 1024**2, ge=512 * 1024**2, le=MEMORY_MOST)
    """Memory limit of one node. MongoDB takes 256 MB for its cache at least."""
    nodes: Count = Field(3, ge=1, le=7)
    """One leads, the others follow."""
    durability: Literal["performance", "availability", "protection"] = "availability"
    """performance: acknowledged by the leader alone, a failover may lose it. availability: by a
    follower too while there is one. protection: no follower, no acknowledgement."""
    max_event_bytes: Size = within(64 * 1024, bounds.EVENT_BYTES)
    """A larger event is refused with 413. Above the gateway's body limit it has no effect."""
    keep: Duration = within(7 * 86400.0, bounds.EVENTS_KEEP_S)
    """How long an event is kept."""
    ttl: Duration = Field(20.0, ge=20, le=600, multiple_of=1)
    """FerretDB: how long the leader's lease lasts; Patroni takes no less than 20 s."""
    loop_wait: Duration = Field(2.0, ge=1, le=60, multiple_of=1)
    """FerretDB: how often the leader renews its lease."""
    retry_timeout: Duration = Field(5.0, ge=3, le=300, multiple_of=1)
    """FerretDB: how long a node tries before it gives up its role."""
    fencing: Fencing = "confirmed"
    """For FerretDB. confirmed: a leader of which no process is left loses its lease at once (tier
    `fencing`). none: its lease runs out."""
    election_timeout: Duration = Field(5.0, ge=1, le=60)
    """MongoDB: followers elect a new leader after this much silence."""
    pool_size: Count = within(8, bounds.POOL_SIZE)
    """Connections of one replica of the app to each node."""
    shared_buffers: Size = Field(64 * 1024**2, ge=1024**2, le=MEMORY_MOST)
    """FerretDB: what its PostgreSQL keeps of its tables in memory. MongoDB's cache is half of
    ``memory``."""
    max_connections: Count = Field(200, ge=20, le=2000)
    """Connections that one node takes."""
    volume_size: Size = Field(0, ge=0, le=MEMORY_MOST)
    """FerretDB: what the data of one node may take. Such a volume is in memory: it is gone when the
    machine or what runs the stack restarts. 0: no limit but the disk."""
    port: FirstHostPort = WIRE_PORT
    """First host port, when exposed."""

    def in_effect(self, tiers: Collection[str]) -> Self:
        """Nobody fences where that tier is not there."""
        return self if "fencing" in tiers else self.model_copy(update={"fencing": "none"})

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """The lease of the stand-in, and its memory; who connects."""
        yield from lease_conflicts("documents", self, room=PROCESSES)
        yield from pool_conflicts(
            "documents", self.max_connections, self.pool_size, others, ("app",)
        )


def _event_key(order: CanaryOrder) -> str:
    return f"{order.run}-2"


def _event(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    """The same each time it is asked, so it is kept once."""
    key = _event_key(order)
    body = json.dumps({"kind": "canary", "order": order.id})
    return (HttpRequest(path=EVENTS, method="POST", headers={"Idempotency-Key": key}, body=body),)


def _accepted(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return "202" if answers[0].status == 202 else ""


def _held(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return all_hold(order, answers, _event_key(order), "documents")


CANARY = (
    CanaryStep(what="takes an event", asks=_event, seen=_accepted),
    CanaryStep(
        what="has it on every node",
        of="observer",
        asks=lambda order: order.holdings("documents"),
        seen=_held,
    ),
)
