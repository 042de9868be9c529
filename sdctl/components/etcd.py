"""Consensus: etcd, which holds the database leader's lease."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sdctl.components._consensus import LOGIN, NETWORK, member
from sdctl.components.band import Band, RunsOut
from sdctl.components.component import Component, Plan
from sdctl.components.layout import Layout
from sdctl.components.node import Image, Node, Port, Rest, Secret
from sdctl.components.settings import MEMORY_MOST, Settings, Size
from sdctl.components.under_fault import Alone, Successor
from sdctl.foundation import units


class ConsensusSettings(Settings):
    """Settings of the consensus store."""

    memory: Size = Field(256 * 1024**2, ge=96 * 1024**2, le=MEMORY_MOST)
    nodes: Annotated[Literal[1, 3, 5], BeforeValidator(units.count)] = 1
    """Members that vote. One of 3 may fail, two of 5."""

    @property
    def count(self) -> int:
        """How many members vote."""
        return self.nodes


def nodes(settings: ConsensusSettings, plan: Plan) -> tuple[Node, ...]:
    """The members; they know each other from the start."""
    return Layout(
        component="etcd",
        tier="consensus",
        settings=settings,
        rest=Rest(memory=15 * 1024**2, processors=0.008, scraped=0.005),
        image=Image(name="etcd", size=63 * 1024**2, build_s=12),
        networks=(NETWORK,),
        env={
            **member(),
            "ETCD_INITIAL_CLUSTER": ",".join(
                f"{host}=https://{host}:2380" for host in plan.hosts("consensus")
            ),
            "ETCDCTL_ENDPOINTS": ",".join(
                f"https://{host}:2379" for host in plan.hosts("consensus")
            ),
            "ETCD_INITIAL_CLUSTER_TOKEN": Secret(
                "consensus_cluster", kind="mark", of=str(settings.nodes)
            ),
        },
        ports=(
            Port(name="client", number=2379, login=LOGIN),
            Port(name="peer", number=2380),
            Port(name="metrics", number=2381),
        ),
        volumes={"data": "/data"},
        processes=256,
    ).expand()


HEARTBEAT_S, ELECTION_S = 0.2, 2.0
"""As ``templates/etcd/image/start.sh`` starts it."""
_VOTE_S = 1.0
"""To vote, and until it is seen who leads: the observer is asked a few times a second."""


def predict(settings: ConsensusSettings, how: str) -> Band | None:
    """A follower that hears nothing for one to two election timeouts, at random, asks for votes
    (etcd, raft.go: resetRandomizedElectionTimeout). The other tiers do not wait for it: a lease is
    renewed through any member. None for ``stop``, which hands over, and ``crash``, which the engine
    may start again before it is missed."""
    if how not in ("kill", "pause") or settings.nodes < 3:
        return None
    return Band(
        low_s=ELECTION_S - HEARTBEAT_S,
        high_s=2 * ELECTION_S + _VOTE_S,
        why=f"at least {ELECTION_S:g} s (election timeout) − {HEARTBEAT_S:g} s (since the last "
        f"heartbeat), at most 2 × {ELECTION_S:g} s (election timeout) + {_VOTE_S:g} s (to vote, "
        "and to be seen)",
        of="failover",
        first=RunsOut(name="election timeout", low_s=ELECTION_S, high_s=2 * ELECTION_S),
    )


FIGURES = {
    "db_size_bytes": "The size of what this member keeps on disk.",
    "raft_term": "The members add one to this number with each vote for a leader. So it says how "
    "many votes there were so far. A number that grows all the time means that the "
    "members cannot agree, or answer each other too slowly.",
    "members": "Members that this one knows. All of them must know the same number.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="etcd",
    tier="consensus",
    summary="holds the database leader's lease (etcd)",
    explained=(
        "The consensus tier is where the nodes of the database agree who leads (etcd). "
        "The leader holds a lease there and renews it; when the lease ends or is revoked, another "
        "node may take it. "
        "It works while more than half of its members are alive: one of one, two of three."
    ),
    figures=FIGURES,
    settings=ConsensusSettings,
    nodes=nodes,
    shell=("sh",),
    shell_command=("etcdctl",),
    crash=("sh", "-c", "kill -KILL $(pgrep -x etcd)"),
    leads=True,
    successor=Successor(meanwhile="whoever led a tier kept its lease"),
    alone=Alone(
        meanwhile="no leader can renew its lease: each gives its role up, and its tier takes no "
        "writes",
        cure="consensus.nodes=3",
    ),
    predict=predict,
)
