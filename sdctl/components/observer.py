"""Observer: inside the stack's networks, asks every node what it is right now."""

from __future__ import annotations

from pydantic import Field

from sdctl.components._consensus import CERTIFICATE
from sdctl.components.app import PYTHON
from sdctl.components.component import Component, Layout, Plan
from sdctl.components.node import Node, Port, Secret
from sdctl.components.settings import MEMORY_MOST, Settings, Size


class Observer(Settings):
    """Settings of the observer."""

    memory: Size = Field(192 * 1024**2, ge=96 * 1024**2, le=MEMORY_MOST)


def nodes(settings: Observer, plan: Plan) -> tuple[Node, ...]:
    """One node on every network; its host port is the engine's choice."""
    env: dict[str, str | Secret] = {"OBSERVER_TOKEN": Secret("observer")}
    if plan.hosts("gateway") or plan.hosts("lb"):
        env["STATS_PASSWORD"] = Secret("stats")
    if plan.hosts("database"):
        env["DATABASE_PASSWORD"] = Secret("database_observer")
    if plan.hosts("consensus"):
        env["CONSENSUS_PEM"] = CERTIFICATE
    if plan.hosts("cache"):
        env["CACHE_PASSWORD"] = Secret("cache")
    if plan.hosts("queue"):
        env["QUEUE_PASSWORD"] = Secret("queue_observer")
    if plan.hosts("documents"):
        env["DOCUMENTS_PASSWORD"] = Secret("documents_observer")
    if plan.hosts("search") and plan.components["search"].server == "elasticsearch":
        env["SEARCH_PASSWORD"] = Secret("search_observer")
    logs = ("logs",) if plan.hosts("search") else ()
    figures = ("figures",) if plan.hosts("containers") else ()
    return Layout(
        component="observer",
        tier="observer",
        settings=settings,
        image=PYTHON,
        networks=("access", "service", "data", "consensus", *logs, *figures),
        env=env,
        ports=(Port(name="http", number=8000, publish=True),),
        command=("python3", "-m", "sdctl.observer"),
    ).expand()


COMPONENT = Component(
    name="observer",
    tier="observer",
    summary="asks every node what it is, right now",
    settings=Observer,
    nodes=nodes,
    shell=("python3",),
    shell_command=(),
)
