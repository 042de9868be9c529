"""Worker: M consumers that process orders, retry, dead-letter and notify."""

from __future__ import annotations

from pydantic import Field

from sdctl.components.app import HTTP, PYTHON, dependencies
from sdctl.components.component import Component, Layout
from sdctl.settings import Duration, Settings, Size
from sdctl.topology import Node, Plan


class Worker(Settings):
    """Settings of the work on accepted orders."""

    scales_by = "replicas"

    memory: Size = 192 * 1024**2
    replicas: int = Field(2, ge=1, le=20)
    prefetch: int = Field(32, ge=1, le=1000)
    pool_size: int = Field(8, ge=1, le=100)
    work: Duration = 0.0
    """Simulated work per order."""
    retry_delays: tuple[Duration, ...] = Field((1.0, 4.0, 16.0), min_length=1, max_length=10)
    """Before the second attempt, the third …; after the last one the message is dead."""


def nodes(settings: Worker, plan: Plan) -> tuple[Node, ...]:
    """The workers; any number of them, none of them keeps anything."""
    return Layout(
        component="worker",
        tier="worker",
        settings=settings,
        image=PYTHON,
        networks=("data",),
        env={
            **dependencies(plan),
            "POOL_SIZE": str(settings.pool_size),
            "WORK_PREFETCH": str(settings.prefetch),
            "WORK_MS": f"{settings.work * 1000:g}",
        },
        ports=(HTTP,),
        command=("python3", "-m", "sdctl.app.worker"),
        needs=("database", "queue"),
    ).expand()


COMPONENT = Component(
    name="worker",
    tier="worker",
    summary="processes orders, retries, dead-letters, notifies",
    settings=Worker,
    nodes=nodes,
    needs=("database", "queue"),
    shell=("python3",),
    shell_command=(),
    crash=("sh", "-c", "kill -KILL $(pgrep -f sdctl.app.worker)"),
)
