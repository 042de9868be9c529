"""What Grafana and Kibana share as the tier ``dashboards``: they stand side by side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sdctl.components.settings import MEMORY_MOST, HostPort, Settings, Size
from sdctl.components.variant import AUTO, VariantSetting
from sdctl.foundation import units

_ONE = VariantSetting("dashboards", auto=False)


def _servers(value: Any) -> Any:
    if value == AUTO:
        return value
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    listed = isinstance(value, list | tuple) and value
    if not listed or any(value.count(server) > 1 or server not in _ONE.names for server in value):
        raise ValueError(
            f"{units.shown(value)} cannot be; "
            f"allowed is auto, or a list of {' and '.join(_ONE.names)}"
        )
    return value


class DashboardsSettings(Settings):
    """Settings of what people look at."""

    servers: Annotated[
        Literal["auto"] | tuple[Annotated[str, _ONE], ...], BeforeValidator(_servers)
    ] = AUTO
    """auto: each whose image a registry offers; Kibana only where Elasticsearch is."""
    memory: Size = Field(384 * 1024**2, ge=256 * 1024**2, le=MEMORY_MOST)
    """Memory limit of Grafana."""
    port: HostPort = 3000
    """Grafana's port, on this machine alone."""
    kibana_memory: Size = Field(1024**3, ge=1024**3, le=MEMORY_MOST)
    """Memory limit of Kibana. Half of it is for what its pages keep."""
    kibana_port: HostPort = 5601
    """Kibana's port, on this machine alone."""
