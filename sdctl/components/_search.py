"""What OpenSearch and Elasticsearch share as the tier ``search``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sdctl.settings import Duration, Settings, Size

NETWORK = "logs"
"""The collector, the search tier, what queries it, and nobody else."""


class Search(Settings):
    """Settings of the search tier: every tier's lines, and the events."""

    scales_by = "nodes"

    server: Literal["auto", "elasticsearch", "opensearch"] = "auto"
    nodes: int = Field(1, ge=1, le=7)
    """Of Elasticsearch. OpenSearch is one node, whatever this says: it has no login, so its port is
    its collector's and the observer's alone, and no other server joins it."""
    memory: Size = Field(800 * 1024**2, ge=384 * 1024**2)
    """Elasticsearch takes no less than 1280 MiB."""
    heap: Size = Field(320 * 1024**2, ge=128 * 1024**2)
    """Of the Java machine; the rest of the memory is its own and the file cache. Elasticsearch
    takes no less than 512 MiB."""
    keep: Duration = Field(3 * 24 * 3600.0, ge=3600)
    """Lines older than this are deleted, by the hour."""
    max_size: Size = Field(2 * 1024**3, ge=16 * 1024**2)
    """Of all indices; beyond it the oldest hours are deleted, whatever their age."""
    disk_free_min: Size = Field(512 * 1024**2, ge=1024**2)
    """With less free on the disk the server takes no more lines; with less than three times it, no
    new index."""
    port: int = Field(9200, ge=1, le=65535)
    """Host port, when exposed."""

    @property
    def count(self) -> int:
        """See :class:`sdctl.settings.Settings`."""
        return self.nodes if self.server == "elasticsearch" else 1
