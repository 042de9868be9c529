"""Queue: a RabbitMQ cluster with quorum queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sdctl.components.band import Band
from sdctl.components.canary_step import CanaryOrder, CanaryStep, all_hold
from sdctl.components.component import Component, Plan
from sdctl.components.entry_point import ClientUrl
from sdctl.components.layout import Layout
from sdctl.components.node import DATA, HOME, TMP, Image, Login, Node, Port, Rest, Secret
from sdctl.components.published import Published
from sdctl.components.settings import MEMORY_MOST, Duration, FirstHostPort, Settings, Size
from sdctl.components.under_fault import Alone, Successor
from sdctl.foundation import units
from sdctl.foundation.http_messages import HttpAnswer


class QueueSettings(Settings):
    """Settings of the message broker."""

    memory: Size = Field(512 * 1024**2, ge=192 * 1024**2, le=MEMORY_MOST)
    nodes: Annotated[Literal[1, 3, 5], BeforeValidator(units.count)] = 3
    """Members that hold a copy of each queue. One of 3 may fail, two of 5."""
    net_tick: Duration = Field(15.0, ge=5, le=600, multiple_of=1)
    """After about this time a silent node counts as down."""
    port: FirstHostPort = 5672
    """First host port, when exposed."""

    @property
    def count(self) -> int:
        """How many nodes hold a copy of each queue."""
        return self.nodes


def nodes(settings: QueueSettings, plan: Plan) -> tuple[Node, ...]:
    """The cluster's members; they find each other by name."""
    return Layout(
        component="rabbitmq",
        tier="queue",
        settings=settings,
        rest=Rest(memory=88 * 1024**2, processors=0.005, scraped=0.005),
        image=Image(name="rabbitmq", size=96 * 1024**2, build_s=45),
        networks=(DATA,),
        env={
            "QUEUE_PASSWORD": Secret("queue"),
            "QUEUE_OBSERVER_PASSWORD": Secret("queue_observer"),
            "ERLANG_COOKIE": Secret("queue_cookie"),
        },
        ports=(
            Port(
                name="amqp",
                number=5672,
                publish=settings.expose,
                host=settings.port if settings.expose else None,
            ),
            Port(name="management", number=15672, login=Login(secret=Secret("queue_observer"))),
            Port(name="metrics", number=15692),
        ),
        volumes={"data": "/data"},
        stop_grace_s=20.0,
        processes=512,
        # its cookie is in its home: Erlang looks nowhere else
        scratch=(TMP, HOME),
    ).expand()


_WAIT_S = (0.1, 0.6)
"""A member that missed its leader waits 100 ms and a random time up to 500 ms before it asks for
votes (ra 2.14, ra_server_proc.erl: election_timeout_action)."""
_ROUNDS = 3
"""Where two ask at once nobody may win, and all wait anew. Each of several queues votes by itself,
so that one of them needs three rounds is not rare."""
_TICK_MORE = 0.25
"""Erlang looks four times in each net tick, so it may see one look later that a node is silent
(kernel(6), net_ticktime)."""


def predict(settings: QueueSettings, how: str) -> Band | None:
    """From the fault until every queue has a leader again. A process that dies closes its
    connections, so the others miss it at once; only a silent one is waited for (``net_tick``).

    No write waits for it: the outbox in the database keeps what the queue cannot take. None for
    ``stop``: how long the node takes to let go of its queues is in no setting.
    """
    if how == "stop" or settings.nodes == 1:
        return None
    missed_s, missed = 0.0, "the others miss it at once"
    if how in ("pause", "partition"):
        missed_s = settings.net_tick * (1 + _TICK_MORE)
        missed = (
            f"a silent node is missed when its answers are late, in {missed_s:g} s or less "
            f"({settings.net_tick:g} s, the net tick, and a quarter more)"
        )
    return Band(
        low_s=_WAIT_S[0],
        high_s=missed_s + _ROUNDS * _WAIT_S[1],
        why=f"{missed}; then from {_WAIT_S[0]:g} s to {_ROUNDS} × {_WAIT_S[1]:g} s (rounds of the "
        "vote)",
        of="failover",
    )


PUBLISHED = (
    Published(
        name="RabbitMQ, a silent node",
        low_s=45,
        high_s=75,
        source="RabbitMQ documentation, nettick: net_ticktime 60 s, a quarter less or more",
    ),
)


def _taken(order: CanaryOrder, answers: Sequence[HttpAnswer]) -> str:
    """The order is there, and its message no longer waits beside it in the outbox."""
    here = all_hold(order, answers[:1], order.key, "database")
    return "the outbox is empty" if here and answers[0].get("waiting") == 0 else ""


CANARY = (
    CanaryStep(
        what="took the order's message",
        of="observer",
        asks=lambda order: order.holdings("database")[:1],
        seen=_taken,
    ),
)

FIGURES = {
    "queues_led": "How many queues this node leads. Every queue has a copy on every node, and "
    "one of the copies leads: it takes what is written. The node with the role leader leads the "
    "queue of orders; other nodes may lead other queues.",
    "leads": "The queues whose leading copies this node has. A fault of "
    "`queue:leader-of=QUEUE` hits the node that leads this queue.",
    "messages_ready": "Messages that wait in the queue for a worker. The broker counts every 5 "
    "seconds, so this figure, and those beside it, may be 5 seconds old.",
    "messages_unacked": "Messages that a worker has taken and not yet acknowledged, that is, not "
    "said to be done. RabbitMQ calls them unacknowledged, or short: unacked. If that worker dies, "
    "another one gets them.",
    "consumers": "Workers that take messages from the queue of orders.",
    "retrying": "Messages that failed and wait for their next attempt.",
    "dead": "Messages that failed at every attempt and wait for your decision. `sdctl dlq list` "
    "shows them, `sdctl dlq replay --all` tries them again.",
    "memory_bytes": "Memory that this node uses.",
}
"""What its probe tells of a node."""


COMPONENT = Component(
    name="rabbitmq",
    tier="queue",
    called=("mq",),
    summary="work and notifications (RabbitMQ quorum queues)",
    explained=(
        "The queue carries the message of each accepted order from the app to a worker. "
        "It is a RabbitMQ cluster: each node has a copy of each queue, and one of the copies "
        "leads. "
        "A message leaves the queue only when a worker says that it is done."
    ),
    figures=FIGURES,
    settings=QueueSettings,
    nodes=nodes,
    shell=("sh",),
    shell_command=("rabbitmqctl",),
    crash=("sh", "-c", "kill -KILL $(pgrep -x beam.smp)"),
    leads=True,
    used_by_service=True,
    successor=Successor(meanwhile="messages waited in the outbox"),
    alone=Alone(
        meanwhile="messages wait in the outbox, and no order is worked on",
        cure="queue.nodes=3",
    ),
    fewer="each queue has a copy on every node, and stands still without more than half of them",
    holders={"leader-of": lambda facts, queue: queue in str(facts.get("leads")).split(", ")},
    predict=predict,
    published=PUBLISHED,
    connection=ClientUrl(url="amqp://app:{queue}@{first}/", port="amqp"),
    canary=CANARY,
)
