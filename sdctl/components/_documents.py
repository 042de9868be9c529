"""Documents: the settings that MongoDB and its stand-in share."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sdctl.settings import Duration, Settings, Size

WIRE_PORT = 27017


class Documents(Settings):
    """Settings of the document store, whichever server it is."""

    scales_by = "nodes"

    server: Literal["auto", "mongodb", "ferretdb"] = "auto"
    """auto: MongoDB where its image can be pulled, else FerretDB, which is built here."""
    memory: Size = 512 * 1024**2
    nodes: int = Field(3, ge=1, le=7)
    durability: Literal["performance", "availability", "protection"] = "availability"
    """performance: acknowledged by the leader alone, a failover may lose it. availability: by a
    follower too while there is one. protection: no follower, no acknowledgement."""
    max_event_bytes: Size = Field(64 * 1024, ge=1024, le=1024**2)
    """A larger event is refused with 413. Above the gateway's body limit it has no effect."""
    keep: Duration = Field(7 * 86400.0, ge=60)
    """How long an event is kept."""
    ttl: Duration = Field(20.0, ge=20)
    """FerretDB: the leader's lease; Patroni takes no less than 20 s."""
    loop_wait: Duration = Field(2.0, ge=1)
    """FerretDB: how often the leader renews it."""
    retry_timeout: Duration = Field(5.0, ge=3)
    """FerretDB: how long a node tries before it gives up its role."""
    election_timeout: Duration = Field(5.0, ge=1)
    """MongoDB: followers elect a new leader after this much silence."""
    pool_size: int = Field(8, ge=1, le=100)
    """Connections of one replica of the app to each node."""
    shared_buffers: Size = Field(64 * 1024**2, ge=1024**2)
    """FerretDB: of its PostgreSQL. MongoDB's cache is half of ``memory``."""
    max_connections: int = Field(100, ge=20, le=2000)
    port: int = Field(WIRE_PORT, ge=1, le=65000)
    """First host port, when exposed."""

    @model_validator(mode="after")
    def _lease(self) -> Self:
        # https://patroni.readthedocs.io/en/latest/dynamic_configuration.html
        if self.loop_wait + 2 * self.retry_timeout > self.ttl:
            raise ValueError(
                f"ttl ({self.ttl:g}s) must be at least loop_wait + 2 × retry_timeout "
                f"({self.loop_wait + 2 * self.retry_timeout:g}s)"
            )
        if self.durability == "protection" and self.nodes < 2:
            raise ValueError("durability protection needs at least 2 nodes")
        return self
