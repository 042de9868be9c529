"""Search: Elasticsearch, whose nodes join their cluster by themselves."""

from __future__ import annotations

from sdctl.components import versions
from sdctl.components._search import (
    CANARY,
    ELASTIC_HEAP,
    ELASTIC_MEMORY,
    EXPLAINED,
    FIGURES,
    NETWORK,
    SearchSettings,
)
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import Image, Login, Node, Port, Secret


def nodes(settings: SearchSettings, plan: Plan) -> tuple[Node, ...]:
    """The nodes: each can be master, each holds data."""
    memory = max(settings.memory, ELASTIC_MEMORY)
    return Layout(
        component="elasticsearch",
        tier="search",
        settings=settings.model_copy(update={"memory": memory}),
        image=Image(name="elasticsearch", reference=versions.ELASTICSEARCH),
        networks=(NETWORK,),
        command=("bash", "/etc/sdctl/start.sh"),
        env={
            "HEAP_MB": str(max(settings.heap, ELASTIC_HEAP) // 1024**2),
            # between the nodes; who has it is one of them
            "TRANSPORT_PEM": Secret("search_transport", kind="certificate"),
            "ELASTIC_PASSWORD": Secret("search_superuser"),
            "COLLECTOR_PASSWORD": Secret("search_collector"),
            "OBSERVER_PASSWORD": Secret("search_observer"),
            "KIBANA_PASSWORD": Secret("search_kibana"),
            "PEOPLE_PASSWORD": Secret("kibana"),
        },
        ports=(
            Port(
                name="http",
                number=9200,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("search_observer")),
            ),
        ),
        volumes={"data": "/usr/share/elasticsearch/data"},
        # with fewer it does not start: a bootstrap check
        open_files=65535,
        # what is in memory is written down first
        stop_grace_s=60.0,
        background=True,
        processes=1024,
        # its vendor's start-up writes into the image's own folders
        scratch=None,
    ).expand()


COMPONENT = Component(
    name="elasticsearch",
    tier="search",
    summary="every tier's log lines and the events, searchable (Elasticsearch)",
    explained=EXPLAINED + "Here it is Elasticsearch, from its vendor's image.",
    figures=FIGURES,
    settings=SearchSettings,
    nodes=nodes,
    server="elasticsearch",
    registry=True,
    shell=("bash",),
    shell_command=(
        "sh",
        "-c",
        # the password from stdin: it is on no command line
        'echo "user = \\"elastic:$ELASTIC_PASSWORD\\"" | curl -sS -K - "http://localhost:9200/${1#/}"',
        "get",
    ),
    crash=("pkill", "-KILL", "java"),
    connection=ClientUrl(url="http://elastic:{search_superuser}@{first}", port="http"),
    canary=CANARY,
)
