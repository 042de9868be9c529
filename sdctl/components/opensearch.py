"""Search: OpenSearch, assembled from its jars, where no registry offers Elasticsearch."""

from __future__ import annotations

from sdctl.components._search import CANARY, EXPLAINED, FIGURES, NETWORK, SearchSettings
from sdctl.components.component import ClientUrl, Component, Layout, Plan
from sdctl.components.node import Image, Node, Port

HTTP = Port(name="http", number=9200)


def nodes(settings: SearchSettings, plan: Plan) -> tuple[Node, ...]:
    """One node. It has no passwords (no security layer can be had), so its network is its wall."""
    port = Port(name="http", number=9200, publish=True, host=settings.port)
    return Layout(
        component="opensearch",
        tier="search",
        settings=settings,
        image=Image(name="opensearch"),
        networks=(NETWORK,),
        env={"HEAP_MB": str(settings.heap // 1024**2)},
        ports=(port if settings.expose else HTTP,),
        volumes={"data": "/data"},
        # what is in memory is written down first
        stop_grace_s=30.0,
        background=True,
    ).expand()


COMPONENT = Component(
    name="opensearch",
    tier="search",
    summary="every tier's log lines and the events, searchable (OpenSearch)",
    explained=EXPLAINED
    + "Here it is OpenSearch: one node without a login, on a network that only its users join.",
    figures=FIGURES,
    settings=SearchSettings,
    nodes=nodes,
    server="opensearch",
    tools=("java", "mvn"),
    shell_command=("sh", "-c", 'curl -sS "http://localhost:9200$1"', "get"),
    crash=("pkill", "-KILL", "java"),
    connection=ClientUrl(url="http://{hosts}", port="http"),
    canary=CANARY,
)
