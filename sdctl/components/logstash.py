"""Collector: Logstash reads the nodes' log files and sends each line to Elasticsearch."""

from __future__ import annotations

from sdctl.components import versions
from sdctl.components._collector import EXPLAINED, FIGURES, CollectorSettings
from sdctl.components._search import NETWORK
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import Image, Node, Port, Secret

_MEMORY_MIN = 1024**3
"""Heap, JRuby's own memory, and two pages of 64 MiB of each queue."""


def nodes(settings: CollectorSettings, plan: Plan) -> tuple[Node, ...]:
    """One Logstash. No node waits for it: it reads what is written already.

    It is user 0, whose alone the log files are, and has no capability: root in name only.
    """
    search = plan.settings["search"].model_dump()
    urls = [f"http://{host}:9200" for host in plan.hosts("search")]
    return Layout(
        component="logstash",
        tier="collector",
        settings=settings.model_copy(update={"memory": max(settings.memory, _MEMORY_MIN)}),
        image=Image(name="logstash", reference=versions.LOGSTASH),
        networks=(NETWORK,),
        # The image's own would write NODE_NAME into its settings file, which is not user 0's.
        entrypoint=("bash", "/etc/sdctl/start.sh"),
        user="0:0",
        env={
            "SEARCH_URL": urls[0],
            "SEARCH_PASSWORD": Secret("search_collector"),
            "KEEP_S": f"{search['keep']:.0f}",
            "MAX_BYTES": str(search["max_size"]),
            "LS_JAVA_OPTS": "-Xms384m -Xmx384m",
        },
        ports=(Port(name="stats", number=9600),),
        volumes={"spool": "/spool"},
        # a line about a line about a line …
        collected=False,
        # it does not end before what it holds is out or on disk
        stop_grace_s=60.0,
        background=True,
        processes=512,
        # its vendor's start-up writes into the image's own folders
        scratch=None,
    ).expand()


COMPONENT = Component(
    name="logstash",
    tier="collector",
    summary="reads every node's log, sends it to the search tier (Logstash)",
    explained=EXPLAINED + "Here it is Logstash, from its vendor's image.",
    figures=FIGURES,
    settings=CollectorSettings,
    nodes=nodes,
    needs=("search",),
    requires=("logs of all nodes",),
    server="logstash",
    # it asks for its vendor's name in the server's answers
    works_with={"search": "elasticsearch"},
    registry=True,
    on_fault=("bash", "/etc/sdctl/fault.sh"),
    crash=("pkill", "-KILL", "java"),
)
