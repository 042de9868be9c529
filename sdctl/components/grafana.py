"""Dashboards: Grafana, provisioned with the data source and a dashboard for each tier."""

from __future__ import annotations

from sdctl.components import versions
from sdctl.components._dashboards import DashboardsSettings
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import WebPage
from sdctl.components.layout import Layout
from sdctl.components.node import ACCESS, Image, Node, Port, Secret


def nodes(settings: DashboardsSettings, plan: Plan) -> tuple[Node, ...]:
    """One Grafana, published on this machine. All it keeps is what people change in it."""
    return Layout(
        component="grafana",
        tier="dashboards",
        settings=settings,
        image=Image(name="grafana", reference=versions.GRAFANA),
        networks=(ACCESS,),
        env={
            "GF_SECURITY_ADMIN_USER": "admin",
            "GF_SECURITY_ADMIN_PASSWORD": Secret("grafana"),
            "GF_PATHS_PROVISIONING": "/etc/sdctl",
            "METRICS_PASSWORD": Secret("metrics"),
            "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": "/etc/sdctl/dashboards/overview.json",
            # nobody is called at home, and a start needs no network
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
            "GF_PLUGINS_PREINSTALL_DISABLED": "true",
            "GF_LOG_LEVEL": "warn",
        },
        ports=(Port(name="http", number=3000, publish=True, host=settings.port),),
        volumes={"data": "/var/lib/grafana"},
        needs=("metrics",),
        background=True,
        processes=256,
        # its vendor's start-up writes into the image's own folders
        scratch=None,
    ).expand()


FIGURES = {
    "version": "The version of Grafana that runs.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="grafana",
    tier="dashboards",
    summary="a dashboard for each tier (Grafana)",
    explained=(
        "Dashboards are pages that draw the figures of every tier (Grafana). "
        "There is one page for each tier and one for the whole. "
        "`sdctl env` prints the address and the login."
    ),
    figures=FIGURES,
    settings=DashboardsSettings,
    nodes=nodes,
    needs=("metrics",),
    server="grafana",
    beside=True,
    registry=True,
    shell=("sh",),
    shell_command=("grafana", "cli"),
    page=WebPage(port="http", user="admin", secret="grafana"),
)
