"""Database: PostgreSQL with streaming replication, failed over by Patroni."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, Self

from pydantic import Field

from sdctl.components._consensus import NETWORK, patroni
from sdctl.components._patroni import (
    FIGURES,
    FORGET,
    PUBLISHED_BY_PATRONI,
    SCRATCH,
    Fencing,
    late_setting,
    lease_conflicts,
    may_lead,
)
from sdctl.components._patroni_failover import cut_off, deprived, predict
from sdctl.components._pools import pool_conflicts
from sdctl.components._replay_delay import DELAY
from sdctl.components._volumes import DATA_FOLDER
from sdctl.components.canary_step import CanaryOrder, CanaryStep, all_hold
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, Image, Login, Node, Port, Rest, Secret
from sdctl.components.published import Published
from sdctl.components.settings import MEMORY_MOST, Count, Duration, FirstHostPort, Settings, Size
from sdctl.components.under_fault import Alone
from sdctl.foundation.errors import Problem
from sdctl.foundation.http_messages import HttpAnswer

NAME = "sdctl"
"""Of the database that the service uses."""
PROCESSES = 64 * 1024**2
"""What a node takes besides its buffers: Patroni, and the server's own."""


class DatabaseSettings(Settings):
    """Settings of the database and of its failover."""

    scales_by = "nodes"

    memory: Size = Field(512 * 1024**2, ge=128 * 1024**2, le=MEMORY_MOST)
    nodes: Count = Field(3, ge=1, le=9)
    """One leads, the others follow."""
    durability: Literal["performance", "availability", "protection"] = "availability"
    """performance: asynchronous, a failover may lose acknowledged writes. availability: a commit
    waits for a synchronous follower while there is one. protection: no follower, no commit."""
    ttl: Duration = Field(20.0, ge=20, le=600, multiple_of=1)
    """How long the leader's lease lasts; Patroni takes no less than 20 s."""
    loop_wait: Duration = Field(2.0, ge=1, le=60, multiple_of=1)
    """How often the leader renews its lease."""
    retry_timeout: Duration = Field(5.0, ge=3, le=300, multiple_of=1)
    """How long a node tries before it gives up its role."""
    fencing: Fencing = "confirmed"
    """confirmed: a leader of which no process is left loses its lease at once (tier `fencing`).
    none: its lease runs out, as that of a leader that is paused or cut off always does."""
    max_connections: Count = Field(200, ge=20, le=2000)
    """Connections that one node takes."""
    shared_buffers: Size = Field(64 * 1024**2, ge=1024**2, le=MEMORY_MOST)
    """What the server keeps of its tables in memory."""
    volume_size: Size = Field(0, ge=0, le=MEMORY_MOST)
    """What the data of one node may take. Such a volume is in memory: it is gone when the machine
    or what runs the stack restarts. 0: no limit but the disk."""
    port: FirstHostPort = 5432
    """First host port, when exposed."""

    def in_effect(self, tiers: Collection[str]) -> Self:
        """Nobody fences where that tier is not there."""
        return self if "fencing" in tiers else self.model_copy(update={"fencing": "none"})

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """The lease, and who connects: each replica of the app and of the worker has a pool."""
        yield from lease_conflicts("database", self, room=PROCESSES)
        yield from pool_conflicts("database", self.max_connections, None, others, ("app", "worker"))


def nodes(settings: DatabaseSettings, plan: Plan) -> tuple[Node, ...]:
    """The members; which one leads is for Patroni to say."""
    return Layout(
        component="postgres",
        tier="database",
        settings=settings,
        rest=Rest(memory=110 * 1024**2, processors=0.006, scraped=0.006),
        image=Image(name="postgres", shared=("patroni",), size=357 * 1024**2, build_s=80),
        networks=(DATA, NETWORK),
        env={
            **patroni(plan),
            "PATRONI_SUPERUSER_PASSWORD": Secret("database_superuser"),
            "PATRONI_REPLICATION_PASSWORD": Secret("database_replication"),
            "PATRONI_RESTAPI_PASSWORD": Secret("database_patroni"),
            "APP_PASSWORD": Secret("database_app"),
            "OBSERVER_PASSWORD": Secret("database_observer"),
            "METRICS_PASSWORD": Secret("database_metrics"),
        },
        ports=(
            Port(
                name="postgres",
                number=5432,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("database_observer"), database=NAME),
            ),
            Port(name="patroni", number=8008),
        ),
        volumes={"data": DATA_FOLDER},
        volume_size=settings.volume_size,
        needs=("consensus",),
        # a leader that is told to stop writes a checkpoint and hands over
        stop_grace_s=30.0,
        # one for each connection
        processes=settings.max_connections + 128,
        scratch=SCRATCH,
    ).expand()


PUBLISHED = (
    PUBLISHED_BY_PATRONI,
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
)


def _held(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    return all_hold(order, answers, order.key, "database")


CANARY = (
    CanaryStep(
        what="has it on every node",
        of="observer",
        asks=lambda order: order.holdings("database"),
        seen=_held,
    ),
)


COMPONENT = Component(
    name="postgres",
    tier="database",
    called=("db", "postgresql"),
    summary="orders, outbox, inboxes (PostgreSQL + Patroni)",
    explained=(
        "The database keeps the orders, the messages that are not sent yet (the outbox), and the "
        "users' inboxes. "
        "One PostgreSQL leads and takes all writes; the others follow it and answer reads. "
        "When the leader dies, its lease in the consensus tier is revoked (`fencing`) or runs out, "
        "and Patroni makes a follower the new leader."
    ),
    figures=FIGURES,
    settings=DatabaseSettings,
    nodes=nodes,
    needs=("consensus",),
    shell=("psql", "-U", "postgres", "-d", "sdctl"),
    shell_command=("psql", "-U", "postgres", "-d", "sdctl", "-c"),
    shell_role="leader",
    limited=DATA_FOLDER,
    crash=("sh", "-c", 'kill -KILL "$(head -1 /data/pgdata/postmaster.pid)"'),
    leads=True,
    used_by_service=True,
    alone=Alone(
        meanwhile="no write is taken, and only what is cached can be read", cure="database.nodes=2"
    ),
    delay=DELAY,
    keeps_writes=True,
    one_by_one=True,
    late_setting=late_setting("postgres"),
    forget=FORGET,
    renewed_s=13.0,
    gives="writes",
    may_lead=may_lead,
    predict=predict,
    deprived=deprived,
    cut_off=cut_off,
    published=PUBLISHED,
    connection=ClientUrl(
        url="postgresql://app:{database_app}@{hosts}/sdctl?target_session_attrs=read-write",
        port="postgres",
    ),
    canary=CANARY,
)
