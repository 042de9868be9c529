"""What Grafana and Kibana share as the tier ``dashboards``: they stand side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sdctl.settings import Settings, Size


class Dashboards(Settings):
    """Settings of what people look at."""

    servers: Literal["auto"] | tuple[Literal["grafana", "kibana"], ...] = "auto"
    """auto: each whose image a registry offers; Kibana only where Elasticsearch is."""
    memory: Size = 384 * 1024**2
    """Of Grafana."""
    port: int = Field(3000, ge=1, le=65535)
    """Grafana's, on the host's loopback."""
    kibana_memory: Size = Field(1024**3, ge=512 * 1024**2)
    kibana_port: int = Field(5601, ge=1, le=65535)
    """On the host's loopback."""
