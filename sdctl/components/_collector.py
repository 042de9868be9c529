"""What rsyslog and Logstash share as the tier ``collector``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from sdctl.components.settings import MEMORY_MOST, Settings, Size
from sdctl.components.variant import AUTO, VariantSetting

EXPLAINED = (
    "The collector reads the log of every node and sends each line to the search tier. "
    "While the search tier is away, lines wait on disk, up to `collector.buffer`. "
)
"""Of either program; each adds its own sentence."""
FIGURES = {
    "lines_per_s": "Log lines that the search tier took from the collector per second.",
    "backlog": "Log lines that the collector has read and the search tier does not have yet.",
    "refused": "Log lines that the search tier would not take, since the collector was started.",
    "dropped": "Log lines that are lost because there was no room for them. It should stay 0.",
}
"""What the probes tell of it."""


class CollectorSettings(Settings):
    """Settings of what reads every node's log and sends it to the search tier."""

    server: Annotated[str, VariantSetting("collector")] = AUTO
    """auto: Logstash where a registry offers it and Elasticsearch is there, else rsyslog."""
    memory: Size = Field(256 * 1024**2, ge=64 * 1024**2, le=MEMORY_MOST)
    """Memory limit of one node. Logstash takes no less than 1gb."""
    buffer: Size = Field(512 * 1024**2, ge=64 * 1024**2, le=1024 * 1024**3)
    """Room on disk for lines while the search tier is away. Beyond it lines wait in the
    nodes' own logs."""
    requests: Literal["writes", "all"] = "writes"
    """Which requests leave a line at the gateway, the balancer and the app. ``writes``: those, and
    every request that failed or was slow; ``all``: reads that went well too."""

    @property
    def disk_at_most(self) -> int:
        """What waits."""
        return self.buffer


def silence(settings: Mapping[str, Settings]) -> str:
    """Pure: why a read that went well leaves no line in a stack with these settings, by tier;
    empty: it leaves one."""
    own = settings.get("collector")
    if not isinstance(own, CollectorSettings):
        return "a read that goes well leaves no line in a stack without a collector"
    if own.requests == "all":
        return ""
    return (
        "a read that goes well leaves no line while `collector.requests` is `writes`; `sdctl up "
        "--set collector.requests=all` changes that for new requests"
    )
