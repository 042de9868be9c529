"""Observer: inside the stack's networks, asks every node what it is right now."""

from __future__ import annotations

from pydantic import Field

from sdctl.components.app import PYTHON
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import ACCESS, SERVICE, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Settings, Size


class ObserverSettings(Settings):
    """Settings of the observer."""

    memory: Size = Field(192 * 1024**2, ge=96 * 1024**2, le=MEMORY_MOST)


def nodes(settings: ObserverSettings, plan: Plan) -> tuple[Node, ...]:
    """One node; its host port is the engine's choice. The networks and the logins of those it asks
    come from them (``Node.observes``)."""
    return Layout(
        component="observer",
        tier="observer",
        settings=settings,
        rest=Rest(memory=36 * 1024**2, processors=0.002, scraped=0.013),
        image=PYTHON,
        networks=(ACCESS, SERVICE),
        env={"OBSERVER_TOKEN": Secret("observer")},
        observes=True,
        ports=(Port(name="http", number=8000, publish=True),),
        command=("python3", "-m", "sdctl.observer"),
        processes=128,
    ).expand()


COMPONENT = Component(
    name="observer",
    tier="observer",
    summary="asks every node what it is, right now",
    explained=(
        "The observer is inside the stack and asks every node what it is and how it is. "
        "`sdctl status`, the verdicts and the metrics rest on what it says. "
        "While it is away, every node is unknown, which is not the same as down."
    ),
    settings=ObserverSettings,
    nodes=nodes,
    shell=("python3",),
    shell_command=(),
)
