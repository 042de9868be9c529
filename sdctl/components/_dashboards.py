"""What Grafana and Kibana share as the tier ``dashboards``: they stand side by side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sdctl.components.settings import MEMORY_MOST, HostPort, Settings, Size
from sdctl.foundation import units


def _servers(value: Any) -> Any:
    if isinstance(value, str) and value != "auto":
        value = [part.strip() for part in value.split(",")]
    if value == "auto":
        return value
    listed = isinstance(value, list | tuple) and value
    if (
        not listed
        or any(value.count(server) > 1 for server in value)
        or not {"grafana", "kibana"}.issuperset(
            filter(lambda server: isinstance(server, str), value)
        )
    ):
        raise ValueError(
            f"{units.shown(value)} cannot be; allowed is auto, or a list of grafana and kibana"
        )
    return value


class Dashboards(Settings):
    """Settings of what people look at."""

    servers: Annotated[
        Literal["auto"] | tuple[Literal["grafana", "kibana"], ...], BeforeValidator(_servers)
    ] = "auto"
    """auto: each whose image a registry offers; Kibana only where Elasticsearch is."""
    memory: Size = Field(384 * 1024**2, ge=256 * 1024**2, le=MEMORY_MOST)
    """Of Grafana."""
    port: HostPort = 3000
    """Grafana's, on this machine alone."""
    kibana_memory: Size = Field(1024**3, ge=1024**3, le=MEMORY_MOST)
    """Of Kibana. Half of it is for what its pages keep."""
    kibana_port: HostPort = 5601
    """Kibana's, on this machine alone."""
