"""Fencing: revokes the lease of a database leader that is dead, so that nobody waits for it."""

from __future__ import annotations

from pydantic import Field

from sdctl.components._consensus import NETWORK, fencing
from sdctl.components._patroni import fenced
from sdctl.components.app import PYTHON
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import Node, Port, Rest
from sdctl.components.settings import MEMORY_MOST, Settings, Size


class FencingSettings(Settings):
    """Settings of what revokes a dead leader's lease; which tiers it watches is theirs to say."""

    memory: Size = Field(64 * 1024**2, ge=32 * 1024**2, le=MEMORY_MOST)


def nodes(settings: FencingSettings, plan: Plan) -> tuple[Node, ...]:
    """One node. It sees the kernel's control groups, read-only, and reaches the consensus store."""
    return Layout(
        component="fencing",
        tier="fencing",
        settings=settings,
        rest=Rest(memory=14 * 1024**2, processors=0.005),
        image=PYTHON,
        networks=(NETWORK,),
        env={
            **fencing(plan),
            "FENCED": ",".join(f"{tier}={scope}" for tier, scope in fenced(plan).items()),
        },
        ports=(Port(name="http", number=8080),),
        command=("python3", "-m", "sdctl.observer.fencing"),
        needs=("consensus",),
        processes=64,
    ).expand()


def _idle(plan: Plan) -> str:
    return "" if fenced(plan) else "no tier's `fencing` is `confirmed`"


FIGURES = {
    "watched": "Nodes whose processes this node sees: those of the database, and those of the "
    "documents where FerretDB keeps them.",
    "revoked": "Leases of dead leaders that this node revoked since it was started.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="fencing",
    tier="fencing",
    summary="revokes a dead leader's lease at once, so that nobody waits for it",
    explained=(
        "A leader that dies still holds its lease, and nobody may take over before that ends. "
        "This node asks the kernel whether any process of the leader is left; if none is, it "
        "revokes the lease, and a follower takes over at once. "
        "A leader that is paused, slow or cut off still has processes: it keeps its lease."
    ),
    figures=FIGURES,
    settings=FencingSettings,
    nodes=nodes,
    needs=("consensus",),
    requires=("processes of all nodes",),
    idle=_idle,
    witness=True,
    shell=("python3",),
    shell_command=(),
    crash=("sh", "-c", "kill -KILL $(pgrep -f sdctl.observer.fencing)"),
)
