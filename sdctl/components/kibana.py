"""Dashboards: Kibana, provisioned with the data views and one request's journey."""

from __future__ import annotations

from sdctl.components import versions
from sdctl.components._dashboards import DashboardsSettings
from sdctl.components._search import NETWORK
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import WebPage
from sdctl.components.layout import Layout
from sdctl.components.node import ACCESS, Image, Node, Port, Secret

PEOPLE = "sdctl"
"""The user for people: reads every line, may change what Kibana shows."""


def nodes(settings: DashboardsSettings, plan: Plan) -> tuple[Node, ...]:
    """One Kibana, published on this machine. What it keeps is in Elasticsearch."""
    return Layout(
        component="kibana",
        tier="dashboards",
        settings=settings.model_copy(update={"memory": settings.kibana_memory}),
        image=Image(name="kibana", reference=versions.KIBANA),
        networks=(ACCESS, NETWORK),
        command=("bash", "/etc/sdctl/start.sh"),
        env={
            "KIBANA_PASSWORD": Secret("search_kibana"),
            "PEOPLE_PASSWORD": Secret("kibana"),
            "ENCRYPTION_KEY": Secret("kibana_encryption"),
            # its image's start-up adds a third of the host's memory otherwise
            "NODE_OPTIONS": f"--max-old-space-size={settings.kibana_memory // 2 // 1024**2}",
        },
        ports=(
            Port(
                name="http",
                number=5601,
                publish=True,
                host=settings.kibana_port,
                setting="kibana_port",
            ),
        ),
        volumes={"data": "/usr/share/kibana/data"},
        needs=("search",),
        stop_grace_s=20.0,
        background=True,
        processes=256,
        # its vendor's start-up writes into the image's own folders
        scratch=None,
    ).expand()


COMPONENT = Component(
    name="kibana",
    tier="dashboards",
    summary="searches and draws log lines and events (Kibana)",
    explained=(
        "Kibana is a page that searches the log lines and the events. "
        "It needs Elasticsearch as the search tier. "
        "`sdctl env` prints the address and the login."
    ),
    settings=DashboardsSettings,
    nodes=nodes,
    needs=("search",),
    server="kibana",
    beside=True,
    works_with={"search": "elasticsearch"},
    registry=True,
    page=WebPage(port="http", user=PEOPLE, secret="kibana"),
)
