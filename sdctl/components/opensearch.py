"""Search: OpenSearch, assembled from its jars, where no registry offers Elasticsearch."""

from __future__ import annotations

from sdctl.components._search import CANARY, EXPLAINED, FIGURES, NETWORK, SearchSettings
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import Image, Login, Node, Port, Rest, Secret

PORT = 9201
"""Where it asks for a login; without one it listens to its own node alone."""


def nodes(settings: SearchSettings, plan: Plan) -> tuple[Node, ...]:
    """One node. Its security layer is not among the jars: in front of it is what asks for a
    login."""
    return Layout(
        component="opensearch",
        tier="search",
        settings=settings,
        rest=Rest(memory=settings.heap, processors=0.025),
        image=Image(name="opensearch", size=287 * 1024**2, build_s=45),
        networks=(NETWORK,),
        env={
            "HEAP_MB": str(settings.heap // 1024**2),
            "COLLECTOR_PASSWORD": Secret("search_collector"),
            "OBSERVER_PASSWORD": Secret("search_observer"),
        },
        ports=(
            Port(
                name="http",
                number=PORT,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("search_observer")),
            ),
        ),
        volumes={"data": "/data"},
        # what is in memory is written down first
        stop_grace_s=30.0,
        background=True,
        processes=512,
    ).expand()


COMPONENT = Component(
    name="opensearch",
    tier="search",
    summary="every tier's log lines and the events, searchable (OpenSearch)",
    explained=EXPLAINED
    + "Here it is OpenSearch, one node: HAProxy, in its container, asks everyone for a password.",
    figures=FIGURES,
    settings=SearchSettings,
    nodes=nodes,
    server="opensearch",
    tools=("java", "mvn"),
    shell_command=("sh", "-c", 'curl -sS "http://localhost:9200/${1#/}"', "get"),
    crash=("pkill", "-KILL", "java"),
    connection=ClientUrl(url="http://observer:{search_observer}@{first}", port="http"),
    canary=CANARY,
)
