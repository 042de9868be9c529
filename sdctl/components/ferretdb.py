"""Documents without a registry: FerretDB on PostgreSQL with DocumentDB, failed over by Patroni."""

from __future__ import annotations

from sdctl.components._consensus import NETWORK, patroni
from sdctl.components._documents import ALONE, CANARY, EXPLAINED, WIRE_PORT, DocumentsSettings
from sdctl.components._patroni import (
    FIGURES,
    FORGET,
    PUBLISHED_BY_PATRONI,
    SCRATCH,
    late_setting,
    may_lead,
)
from sdctl.components._patroni_failover import cut_off, predict
from sdctl.components._replay_delay import DELAY
from sdctl.components._volumes import DATA_FOLDER
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, Image, Login, Node, Port, Rest, Secret


def nodes(settings: DocumentsSettings, plan: Plan) -> tuple[Node, ...]:
    """The members: each is a PostgreSQL and the gateway before it; Patroni says which one leads."""
    return Layout(
        component="ferretdb",
        tier="documents",
        settings=settings,
        rest=Rest(memory=130 * 1024**2, processors=0.019),
        image=Image(name="ferretdb", shared=("patroni",), size=567 * 1024**2, build_s=140),
        networks=(DATA, NETWORK),
        env={
            **patroni(plan),
            "PATRONI_SUPERUSER_PASSWORD": Secret("documents_superuser"),
            "PATRONI_REPLICATION_PASSWORD": Secret("documents_replication"),
            "PATRONI_RESTAPI_PASSWORD": Secret("documents_patroni"),
            "APP_PASSWORD": Secret("documents_app"),
            "OBSERVER_PASSWORD": Secret("documents_observer"),
            # room is left for Patroni, the followers and the extension's own sessions
            "POOL_SIZE": str(settings.max_connections // 2),
        },
        ports=(
            Port(
                name="mongo",
                number=WIRE_PORT,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("documents_observer")),
            ),
            Port(
                name="postgres",
                number=5432,
                login=Login(secret=Secret("documents_observer"), database="postgres"),
            ),
            Port(name="patroni", number=8008),
            Port(name="metrics", number=8088),
        ),
        volumes={"data": DATA_FOLDER},
        volume_size=settings.volume_size,
        needs=("consensus",),
        stop_grace_s=30.0,
        # one for each connection, and the gateway's threads
        processes=settings.max_connections + 256,
        scratch=SCRATCH,
    ).expand()


COMPONENT = Component(
    name="ferretdb",
    tier="documents",
    server="ferretdb",
    tools=("go",),
    summary="events, any JSON document (FerretDB on PostgreSQL + Patroni)",
    explained=EXPLAINED
    + "Here it is FerretDB, which keeps the documents in PostgreSQL; Patroni fails it over as the "
    "database.",
    figures=FIGURES,
    settings=DocumentsSettings,
    nodes=nodes,
    needs=("consensus",),
    shell=("python3", "/opt/sdctl/documents.py"),
    shell_role="leader",
    limited=DATA_FOLDER,
    crash=("sh", "-c", 'kill -KILL "$(head -1 /data/pgdata/postmaster.pid)"'),
    leads=True,
    used_by_service=True,
    alone=ALONE,
    delay=DELAY,
    keeps_writes=True,
    one_by_one=True,
    late_setting=late_setting("ferretdb"),
    forget=FORGET,
    may_lead=may_lead,
    predict=predict,
    cut_off=cut_off,
    published=(PUBLISHED_BY_PATRONI,),
    workload="events",
    connection=ClientUrl(
        url="mongodb://app:{documents_app}@{first}/?authSource=admin&directConnection=true",
        port="mongo",
    ),
    canary=CANARY,
)
