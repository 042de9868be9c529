"""What others measured or promise for a leader that dies, to hold beside one's own figure. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Published:
    """A band of seconds by others. Their settings, machines and loads differ from this stack's."""

    name: str
    high_s: float
    source: str
    low_s: float | None = None
    """None: only the upper end is told."""

    def to_json(self) -> dict[str, object]:
        """As in ``published`` of a verdict."""
        low = None if self.low_s is None else round(self.low_s * 1000)
        return {
            "name": self.name,
            "low_ms": low,
            "high_ms": round(self.high_s * 1000),
            "source": self.source,
        }


PUBLISHED: Mapping[str, tuple[Published, ...]] = {
    "database": (
        Published(
            name="Patroni, its defaults",
            low_s=20,
            high_s=30,
            source="ttl 30 less loop_wait 10: Patroni documentation, dynamic configuration; "
            "github.com/patroni/patroni issue 1872",
        ),
        Published(
            name="Amazon RDS Multi-AZ",
            low_s=60,
            high_s=120,
            source="AWS, Amazon RDS user guide, Concepts.MultiAZ: failover times typically",
        ),
        Published(
            name="Amazon RDS Multi-AZ cluster",
            high_s=35,
            source="AWS, Amazon RDS user guide, multi-az-db-clusters-concepts-failover: typically",
        ),
        Published(
            name="Amazon Aurora",
            low_s=10,
            high_s=30,
            source="AWS, Aurora FAQ: typically within 30 s; measured 10-16 s by "
            "zatoima.github.io, aws-aurora-failover-time-test",
        ),
        Published(
            name="GitLab.com, Patroni",
            low_s=60,
            high_s=180,
            source="gitlab.com/gitlab-com/gl-infra infrastructure issue 7790",
        ),
    ),
    "documents": (
        Published(
            name="MongoDB, its defaults",
            high_s=12,
            source="MongoDB manual, replica set elections: the median should not exceed it",
        ),
    ),
    "cache": (
        Published(
            name="Redis Cluster, node timeout 15 s",
            low_s=16,
            high_s=17,
            source="Redis cluster specification: the node timeout and usually 1 or 2 s; "
            "the sample redis.conf's timeout",
        ),
    ),
    "queue": (
        Published(
            name="RabbitMQ, a silent node",
            low_s=45,
            high_s=75,
            source="RabbitMQ documentation, nettick: net_ticktime 60 s, a quarter less or more",
        ),
    ),
}
"""By tier."""


def published(tier: str) -> tuple[Published, ...]:
    """The bands to hold beside a fault of this tier; none for a tier without a leader."""
    return PUBLISHED.get(tier, ())
