"""Metrics: Prometheus, which asks every node for its figures and watches them with rules."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from pydantic import Field

from sdctl.app.contract import ORDERS
from sdctl.components._consensus import NETWORK as CONSENSUS
from sdctl.components.canary_step import PATIENCE_S, CanaryOrder, CanaryStep
from sdctl.components.component import Component, Plan
from sdctl.components.containers import NETWORK as USAGE
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import ACCESS, DATA, SERVICE, Image, Login, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Duration, HostPort, Settings, Size
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest


class MetricsSettings(Settings):
    """Settings of the metrics' store."""

    memory: Size = Field(384 * 1024**2, ge=256 * 1024**2, le=MEMORY_MOST)
    interval: Duration = Field(5.0, ge=1, le=300, multiple_of=1)
    """The time between two looks at a node, and between two evaluations of the rules."""
    retention_time: Duration = Field(24 * 3600.0, ge=3600, le=366 * 86400, multiple_of=1)
    """Figures that are older are deleted."""
    retention_size: Size = Field(512 * 1024**2, ge=64 * 1024**2, le=1024 * 1024**3)
    """Room on disk for figures; beyond it the oldest are deleted."""
    port: HostPort = 9090
    """Its port, on this machine alone, when exposed."""

    @property
    def disk_at_most(self) -> int:
        """The figures."""
        return self.retention_size

    @property
    def window(self) -> int:
        """Seconds over which rates are taken: long enough for a missed look or two."""
        return max(30, round(6 * self.interval))


def nodes(settings: MetricsSettings, plan: Plan) -> tuple[Node, ...]:
    """One Prometheus on every network. Which nodes there are it hears from the observer, so that it
    is not made anew when a tier is scaled."""
    env: dict[str, str | Secret] = {
        "OBSERVER_TOKEN": Secret("observer"),
        "WEB_PASSWORD": Secret("metrics"),
        "RETENTION_TIME": f"{round(settings.retention_time)}s",
        "RETENTION_SIZE": f"{settings.retention_size}B",
        # what its runtime aims at; the rest of the limit is for the exporters and mapped files
        "MEMORY_TARGET": str(settings.memory // 2),
    }
    if plan.hosts("gateway") or plan.hosts("lb"):
        env["STATS_PASSWORD"] = Secret("stats")
    if plan.hosts("database"):
        env["DATABASE_PASSWORD"] = Secret("database_metrics")
    if plan.hosts("cache"):
        env["REDIS_PASSWORD"] = Secret("cache")
    return Layout(
        component="prometheus",
        tier="metrics",
        settings=settings,
        rest=Rest(memory=78 * 1024**2, processors=0.05, asks=True),
        image=Image(name="prometheus", size=231 * 1024**2, build_s=40),
        networks=(
            ACCESS,
            SERVICE,
            DATA,
            CONSENSUS,
            *((USAGE,) if plan.hosts("containers") else ()),
        ),
        env=env,
        ports=(
            Port(
                name="http",
                number=9090,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("metrics")),
            ),
        ),
        volumes={"data": "/data"},
        needs=("observer",),
        processes=512,
    ).expand()


def _count(order: CanaryOrder) -> tuple[HttpRequest, ...]:
    """The replica's count of orders that it accepted, as read after it had accepted this one."""
    labels = f'node="{order.served_by}",route="{ORDERS}",method="POST",status="202"'
    count = f"sdctl_requests_total{{{labels}}}"
    fresh = f"{count} and timestamp({count}) > {order.accepted_at:.3f}"
    return (HttpRequest(path=f"/query?expression={quote(fresh)}"),)


def _counted(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    counts = [sample["value"] for sample in answers[0].get("samples") or ()]
    return f"{order.served_by} has accepted {counts[0]:g}" if counts else ""


CANARY = (
    CanaryStep(
        what="counts the order",
        of="observer",
        asks=_count,
        seen=_counted,
        # who is there it hears every 5 s; then it looks after each interval
        within=lambda settings: PATIENCE_S + 2 * settings.interval,
    ),
)

FIGURES = {
    "targets_up": "Nodes that gave their figures when they were asked last.",
    "targets_total": "Nodes that are asked for figures.",
    "series": "Figures that are followed over time, one for each name and node.",
    "alerts": "Alerts that are on now. `sdctl inspect metrics` names them.",
    "rules_failing": "Rules that could not be computed. It should stay 0.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="prometheus",
    tier="metrics",
    summary="figures of every node, golden signals, alerts (Prometheus)",
    explained=(
        "The metrics tier asks every node for its figures each `metrics.interval`, and keeps "
        "them (Prometheus). "
        "Rules watch the figures and raise alerts, and dashboards draw what it keeps. "
        "To ask for a figure yourself, set `metrics.expose=true`: then `sdctl env` shows the "
        "address of Prometheus, with its login."
    ),
    figures=FIGURES,
    settings=MetricsSettings,
    nodes=nodes,
    needs=("observer",),
    shell=("sh",),
    shell_command=(
        "promtool",
        "query",
        "instant",
        "--http.config.file=/tmp/client.yml",
        "http://localhost:9090",
    ),
    crash=("sh", "-c", "kill -KILL $(pgrep -x prometheus)"),
    connection=ClientUrl(url="http://observer:{metrics}@{first}", port="http"),
    canary=CANARY,
)
