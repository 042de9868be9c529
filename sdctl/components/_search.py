"""What OpenSearch and Elasticsearch share as the tier ``search``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from sdctl.components.canary_step import CanaryOrder, CanaryStep
from sdctl.components.settings import MEMORY_MOST, Count, Duration, HostPort, Settings, Size
from sdctl.components.variant import AUTO, VariantSetting
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.foundation.units import write_size

NETWORK = "logs"
"""The collector, the search tier, what queries it, and nobody else."""
ELASTIC_HEAP = 512 * 1024**2
ELASTIC_MEMORY = 1280 * 1024**2
"""The least that Elasticsearch is given, whatever the settings say."""
_BESIDE_HEAP = 256 * 1024**2
"""What a Java machine takes besides its heap."""

EXPLAINED = (
    "The search tier has the log lines of every node, and all events. "
    "So one question finds a request in every tier that it went through. "
)
"""Of either server; each adds its own sentence."""
FIGURES = {
    "lines": "Log lines and events that can be found now. Those that are older than `search.keep` "
    "are deleted.",
    "store_bytes": "Space that the log lines and events take on disk.",
    "indices": "How many indices there are. Each holds the lines of one hour.",
}
"""What the probe tells of a node."""


class SearchSettings(Settings):
    """Settings of the search tier: every tier's lines, and the events."""

    scales_by = "nodes"

    server: Annotated[str, VariantSetting("search")] = AUTO
    """auto: Elasticsearch where its image can be pulled, else OpenSearch, which is built here."""
    nodes: Count = Field(1, ge=1, le=7)
    """How many nodes of Elasticsearch. OpenSearch is one node, whatever this says: it
    has no security of its own here, so it could not tell a stranger from a member."""
    memory: Size = Field(800 * 1024**2, ge=384 * 1024**2, le=MEMORY_MOST)
    """Memory limit of one node. Elasticsearch takes no less than 1280 MiB."""
    heap: Size = Field(320 * 1024**2, ge=128 * 1024**2, le=31 * 1024**3)
    """Memory for what Java keeps; the rest is for Java itself and the file cache.
    Elasticsearch takes no less than 512 MiB."""
    keep: Duration = Field(3 * 24 * 3600.0, ge=3600, le=366 * 86400)
    """Lines older than this are deleted, by the hour."""
    max_size: Size = Field(2 * 1024**3, ge=16 * 1024**2, le=1024 * 1024**3)
    """Room for all indices; beyond it the oldest hours are deleted, whatever their age."""
    disk_free_min: Size = Field(512 * 1024**2, ge=1024**2, le=1024 * 1024**3)
    """With less free on the disk the server takes no more lines; with less than three times it, no
    new index."""
    port: HostPort = 9200
    """Host port, when exposed; of several nodes the first one's."""

    @property
    def disk_at_most(self) -> int:
        """The lines."""
        return self.max_size

    @property
    def disk_free_least(self) -> int:
        """The flood stage of its watermarks."""
        return self.disk_free_min

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """The heap and the rest of the Java machine against the memory."""
        heap, memory, least = self.heap, self.memory, self.heap + _BESIDE_HEAP
        if self.server == "elasticsearch":
            heap, memory = max(heap, ELASTIC_HEAP), max(memory, ELASTIC_MEMORY)
            least = 2 * heap
        if least > memory:
            yield Problem(
                "search.heap",
                f"{write_size(heap)} does not fit into search.memory ({write_size(memory)}), "
                f"which holds more than the heap: at least {write_size(least)}",
            )

    @property
    def count(self) -> int:
        """See :class:`sdctl.components.settings.Settings`."""
        return self.nodes if self.server == "elasticsearch" else 1


def _lines(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    """Without a collector nobody brings lines."""
    return (HttpRequest(path=f"/logs?request={order.request_id}"),) * ("collector" in order.nodes)


def _found(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    """The gateway's line, and that of the replica."""
    nodes = dict.fromkeys(str(line.get("node")) for line in answers[0].get("lines") or ())
    whole = {order.served_by, *order.nodes["gateway"]} <= nodes.keys()
    return f"lines of {', '.join(nodes)}" if whole else ""


CANARY = (
    CanaryStep(
        what="finds the request's lines",
        of="observer",
        asks=_lines,
        seen=_found,
        # the collector works with what processor time nobody else needs: right after a load that
        # took all of it, lines come a minute late
        within=lambda settings: 90.0,
    ),
)
