"""Containers: what each of them uses, as the kernel counts it, for Prometheus."""

from __future__ import annotations

from pydantic import Field

from sdctl.components.app import PYTHON
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import Node, Port, Rest
from sdctl.components.settings import MEMORY_MOST, Settings, Size

NETWORK = "figures"
"""This node, Prometheus, the observer, and nobody else."""


class ContainersSettings(Settings):
    """Settings of what reads the containers' figures."""

    memory: Size = Field(64 * 1024**2, ge=32 * 1024**2, le=MEMORY_MOST)


def nodes(settings: ContainersSettings, plan: Plan) -> tuple[Node, ...]:
    """One node. It has no way to the engine: it reads what the engine and the kernel wrote."""
    return Layout(
        component="containers",
        tier="containers",
        settings=settings,
        rest=Rest(memory=15 * 1024**2, processors=0.007),
        image=PYTHON,
        networks=(NETWORK,),
        ports=(Port(name="http", number=8080),),
        # the engine's files are root's alone: root without a capability, as the collector is
        user="0:0",
        command=("python3", "-m", "sdctl.observer.cgroups"),
        processes=64,
    ).expand()


FIGURES = {
    "containers": "Containers of this stack whose use of CPU and memory is read.",
    "memory_bytes": "Memory that all containers of this stack use together.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="containers",
    tier="containers",
    summary="CPU, memory and restarts of every container, for the metrics",
    explained=(
        "This node reads what each container of the stack uses of CPU and memory, as the kernel "
        "counts it. "
        "The metrics tier asks it for these figures. "
        "It only reads files, and has no way to Docker."
    ),
    figures=FIGURES,
    settings=ContainersSettings,
    nodes=nodes,
    needs=("metrics",),
    requires=("usage of all nodes",),
    shell=("python3",),
    shell_command=(),
    crash=("sh", "-c", "kill -KILL $(pgrep -f sdctl.observer.cgroups)"),
)
