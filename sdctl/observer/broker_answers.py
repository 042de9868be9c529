"""What RabbitMQ nodes answer, as data. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

_PREFIX = "rabbitmq_detailed_"


@dataclass(frozen=True, kw_only=True)
class Depth:
    """A queue's figures, as the node that leads it has them."""

    ready: int
    unacked: int
    consumers: int


@dataclass(frozen=True, kw_only=True)
class BrokerMetrics:
    """A node's own metrics."""

    memory_bytes: int | None = None
    terms: Mapping[str, int] = field(default_factory=dict)
    """The quorum queues that it is a member of, each with the last election that it knows of."""
    led: Mapping[str, Depth] = field(default_factory=dict)
    """Those that it leads, or led last as far as it knows."""

    @property
    def members(self) -> Set[str]:
        """The quorum queues that it is a member of."""
        return self.terms.keys()


@dataclass(frozen=True, kw_only=True)
class BrokerAnswers:
    """One node's answers."""

    metrics: BrokerMetrics
    nodes: Sequence[Mapping[str, Any]] | None
    """The cluster as it sees it; None when another node keeps it waiting."""
    alarm: str = ""


def parse_metrics(text: str) -> BrokerMetrics:
    """Samples of the families ``queue_coarse_metrics``, ``node_coarse_metrics``, ``ra_metrics``."""
    samples: dict[str, dict[str, int]] = defaultdict(dict)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            queue = sample.labels.get("queue", "")
            samples[sample.name.removeprefix(_PREFIX)][queue] = int(sample.value)
    terms = {queue: term for queue, term in samples["raft_term_total"].items() if queue}
    ready, unacked = samples["queue_messages_ready"], samples["queue_messages_unacked"]
    return BrokerMetrics(
        memory_bytes=samples["process_resident_memory_bytes"].get(""),
        terms=terms,
        led={
            queue: Depth(
                ready=count,
                unacked=unacked.get(queue, 0),
                consumers=samples["queue_consumers"].get(queue, 0),
            )
            for queue, count in ready.items()
            if queue in terms
        },
    )


def host(node: object) -> str:
    """``rabbitmq-2`` from ``rabbit@rabbitmq-2``."""
    return str(node or "").partition("@")[2]
