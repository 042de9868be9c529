"""Collector: rsyslog reads the nodes' log files and sends each line to the search tier."""

from __future__ import annotations

from sdctl.components._collector import EXPLAINED, FIGURES, CollectorSettings
from sdctl.components._search import NETWORK
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import TMP, Image, Node, Port, Rest, Secret
from sdctl.components.opensearch import PORT


def nodes(settings: CollectorSettings, plan: Plan) -> tuple[Node, ...]:
    """One rsyslog. No node waits for it: it reads what is written already."""
    search = plan.settings["search"].model_dump()
    return Layout(
        component="rsyslog",
        tier="collector",
        settings=settings,
        rest=Rest(memory=20 * 1024**2, processors=0.005),
        image=Image(name="rsyslog", size=17 * 1024**2, build_s=10),
        networks=(NETWORK,),
        env={
            "SEARCH_URL": f"http://{plan.hosts('search')[0]}:{PORT}",
            "SEARCH_PASSWORD": Secret("search_collector"),
            "CURL_HOME": TMP,
            "KEEP_S": f"{search['keep']:.0f}",
            "MAX_BYTES": str(search["max_size"]),
        },
        ports=(Port(name="stats", number=8080),),
        volumes={"spool": "/spool"},
        # a line about a line about a line …
        collected=False,
        stop_grace_s=20.0,
        background=True,
        processes=128,
    ).expand()


COMPONENT = Component(
    name="rsyslog",
    tier="collector",
    summary="reads every node's log, sends it to the search tier (rsyslog)",
    explained=EXPLAINED + "Here it is rsyslog.",
    figures=FIGURES,
    settings=CollectorSettings,
    nodes=nodes,
    needs=("search",),
    requires=("logs of all nodes",),
    server="rsyslog",
    # the other one is told of its users, and rsyslog of none of them
    works_with={"search": "opensearch"},
    on_fault=("sh", "/opt/sdctl/fault.sh"),
    crash=("pkill", "-KILL", "rsyslogd"),
)
