"""Documents: MongoDB, a replica set whose members join it by themselves."""

from __future__ import annotations

from sdctl.components import versions
from sdctl.components._documents import ALONE, CANARY, EXPLAINED, WIRE_PORT, DocumentsSettings
from sdctl.components.band import Band, RunsOut
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, Image, Login, Node, Port, Secret
from sdctl.components.published import Published

_CACHE_MIN_GB = 0.25
_HEARTBEAT_S = 2.0
"""Members ask each other so often (MongoDB manual, settings.heartbeatIntervalMillis)."""
_JITTER = 0.15
"""So much more of the election timeout at random (replElectionTimeoutOffsetLimitFraction)."""
_PROBE_S = 0.5
"""The app asks each node so often whether it leads (app/stores/role_probe.py: PROBE_INTERVAL_S)."""
_LOGIN = (
    'db = connect("mongodb://root:" + process.env.ROOT_PASSWORD '
    '+ "@localhost/?authSource=admin&directConnection=true")'
)
"""The client takes the password from the environment: it is on no command line."""
_SHELL = (
    "sh",
    "-c",
    f"HOME=/tmp exec mongosh --quiet --norc --nodb --eval '{_LOGIN}' \"$@\"",
    "mongosh",
)


def nodes(settings: DocumentsSettings, plan: Plan) -> tuple[Node, ...]:
    """The members; which one leads they elect."""
    return Layout(
        component="mongodb",
        tier="documents",
        settings=settings,
        image=Image(name="mongodb", reference=versions.MONGODB),
        networks=(DATA,),
        command=("bash", "/etc/sdctl/start.sh"),
        # its own; as root it would want rights to become that, and no container here has any
        user="999:999",
        env={
            # one key for all members: 6 to 1024 characters of base64, which hex digits are
            "MEMBER_KEY": Secret("documents_key"),
            "ROOT_PASSWORD": Secret("documents_superuser"),
            "APP_PASSWORD": Secret("documents_app"),
            "OBSERVER_PASSWORD": Secret("documents_observer"),
            "ELECTION_TIMEOUT_MS": str(round(settings.election_timeout * 1000)),
            # as much again is for connections and sorts
            "CACHE_GB": f"{max(settings.memory / 2 / 1024**3, _CACHE_MIN_GB):g}",
            "MAX_CONNECTIONS": str(settings.max_connections),
        },
        ports=(
            Port(
                name="mongo",
                number=WIRE_PORT,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
                login=Login(secret=Secret("documents_observer")),
            ),
        ),
        # the image declares both, and would make a nameless volume of one that is not here
        volumes={"data": "/data/db", "config": "/data/configdb"},
        # told to stop, it hands over and is quiet for 15 s before it ends
        stop_grace_s=30.0,
        # one for each connection
        processes=settings.max_connections + 256,
        # its vendor's start-up writes into the image's own folders
        scratch=None,
    ).expand()


def predict(settings: DocumentsSettings, how: str) -> Band | None:
    """The election timeout, counted from the leader's last sign of life. None for ``stop`` (it
    hands over) and ``crash`` (the engine may start it again before it is missed)."""
    if how not in ("kill", "pause", "partition") or settings.nodes < 3:
        return None
    timeout = settings.election_timeout
    return Band(
        low_s=max(0.0, timeout - _HEARTBEAT_S),
        first=RunsOut(
            name="election timeout",
            low_s=max(0.0, timeout - _HEARTBEAT_S),
            high_s=timeout * (1 + _JITTER),
        ),
        high_s=timeout * (1 + _JITTER) + _PROBE_S,
        why=f"from {timeout:g} s (election timeout) − {_HEARTBEAT_S:g} s (since the last "
        f"heartbeat) to {timeout:g} s (election timeout) + {_JITTER:.0%} (by chance) + "
        f"{_PROBE_S:g} s (checks)",
    )


FIGURES = {
    "term": "The members add one to this number with each vote for a leader. So it says how many "
    "votes there were so far. A number that grows all the time means that the "
    "members cannot agree, or answer each other too slowly.",
    "followers": "Nodes that copy from this leader now.",
    "connections": "Connections that clients have open to this node.",
    "lag_seconds": "How old the data of this follower is: a read there may miss what was written "
    "in that time.",
}
"""What its probe tells of a node."""


PUBLISHED = (
    Published(
        name="MongoDB, its defaults",
        high_s=12,
        source="MongoDB manual, replica set elections: the median should not exceed it",
    ),
)


COMPONENT = Component(
    name="mongodb",
    tier="documents",
    server="mongodb",
    registry=True,
    called=("mongo",),
    summary="events, any JSON document (MongoDB replica set)",
    explained=EXPLAINED
    + "Here it is MongoDB: when the leader is silent for `documents.election_timeout`, the "
    "members elect a new one.",
    figures=FIGURES,
    settings=DocumentsSettings,
    nodes=nodes,
    shell=(*_SHELL, "--shell"),
    shell_command=(*_SHELL, "--eval"),
    shell_role="leader",
    crash=("pkill", "-KILL", "mongod"),
    leads=True,
    used_by_service=True,
    alone=ALONE,
    keeps_writes=True,
    predict=predict,
    published=PUBLISHED,
    workload="events",
    connection=ClientUrl(
        url="mongodb://app:{documents_app}@{first}/?authSource=admin&directConnection=true",
        port="mongo",
    ),
    canary=CANARY,
)
